#include <array>
#include <span>

#include "keratin/ops.hpp"
#include "keratin/regularizers.hpp"
#include "regularizers/factors.hpp"

namespace keratin::regularizers {

namespace {

constexpr const char* where = "orthogonal_regularizer";

struct Mode {
  const char* class_name;
  std::array<const char*, 1> aliases;
};
constexpr Mode rows_mode{"rows", {""}};
constexpr Mode columns_mode{"columns", {""}};
constexpr Mode modes[] = {rows_mode, columns_mode};

// Each row of x divided by its length. As in Keras a length below 1e-7 counts as 1e-7.
Node unit_rows(Node x) {
  const Node squared_lengths = ops::sum(ops::square(x), 1, true);
  return x * ops::rsqrt(ops::maximum(squared_lengths, 1e-14f));
}

// 0 on the diagonal of an n x n matrix, 1 elsewhere.
Node off_diagonal(GradientTape& tape, std::size_t n) {
  return tape.make({n, n}, [n](Tensor& mask) {
    mask.fill(1);
    for (std::size_t i = 0; i < n; ++i) mask.values()[i * n + i] = 0;
  });
}

}  // namespace

OrthogonalRegularizer::OrthogonalRegularizer(OrthogonalRegularizerOptions given)
    : Configured(std::move(given)) {
  check_factor(where, "factor", options().factor);
  const std::span<const Mode> rows = modes;
  if (!find_row(rows, options().mode))
    fail_unknown("orthogonal_regularizer mode", rows, options().mode);
}

Node OrthogonalRegularizer::operator()(Node x) const {
  check(x.shape().size() == 2, where, "got shape ", x.shape(), ", wanted 2 axes");
  const bool by_rows = options().mode == rows_mode.class_name;
  const Node vectors = unit_rows(by_rows ? x : ops::transpose(x));
  const std::size_t n = vectors.shape().front();
  const Node cosines = ops::matmul(vectors, ops::transpose(vectors));
  const Node sum = ops::sum(ops::abs(cosines * off_diagonal(x.tape(), n)));
  if (n < 2) return 0 * sum;
  const double ordered_pairs = static_cast<double>(n) * static_cast<double>(n - 1);
  return static_cast<float>(options().factor / ordered_pairs) * sum;
}

}  // namespace keratin::regularizers
