#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/gemm.hpp"
#include "kernels/pool.hpp"
#include "kernels/row_sums.hpp"
#include "kernels/simd.hpp"
#include "ops/fused.hpp"
#include "ops/processes.hpp"

namespace keratin::ops {

Node linear(Node x, Node kernel, std::optional<Node> bias, Fused activation) {
  const Shape &in = x.shape(), &weights = kernel.shape();
  check(in.size() >= 1 && weights.size() == 2 && in.back() == weights[0], "linear",
        "inner sizes differ: ", in, " x ", weights);
  Shape shape = in;
  shape.pop_back();
  const std::size_t k = weights[0], n = weights[1], m = shape.elements();
  shape.push_back(n);
  if (bias)
    check(bias->shape() == Shape{n}, "linear", "bias has shape ", bias->shape(), ", wanted ",
          Shape{n});
  static constexpr Op op{"linear"};
  return record(
      op, {x, kernel, bias.value_or(kernel)}, shape,
      [&](Tensor& y) {
        const float* b = bias ? bias->value().data() : nullptr;
        const auto finish = epilogue_of(activation);
        kernels::gemm(x.value().data(), kernel.value().data(), y.data(), m, n, k, {},
                      [&](const kernels::Tile& tile) {
                        if (!b && activation == Fused::none) return;
                        finish(y.data() + tile.row * n + tile.column, b ? b + tile.column : nullptr,
                               tile.rows, tile.columns, n);
                      });
      },
      [x, kernel, bias, activation, m, n, k](const Tensor& y, const Tensor& dy) {
        const Tensor& dz = before_activation(activation, y, dy, x.tape());
        accumulate(x, [&](Tensor& dx, float keep) {
          kernels::gemm(dz.data(), kernel.value().data(), dx.data(), m, k, n,
                        {.transpose_b = true, .keep = keep});
        });
        const auto bias_sums = bias ? row_sums(x, *bias) : std::nullopt;
        if (bias_sums)
          kernels::column_sums(dz.data(), m, n, bias_sums->values.data(), bias_sums->add);
        else if (bias)
          accumulate(*bias, [&](Tensor& db, float keep) {
            kernels::simd().column_sums(dz.data(), m, n, n, db.data(), keep != 0);
          });
        if (const auto sums = row_sums(x, kernel))
          return kernels::row_products(x.value().data(), dz.data(), m, k, n, sums->values.data(),
                                       sums->add);
        accumulate(kernel, [&](Tensor& dw, float keep) {
          kernels::gemm(x.value().data(), dz.data(), dw.data(), k, n, m,
                        {.transpose_a = true, .keep = keep});
        });
      });
}

Node matmul(Node a, Node b) {
  check(a.shape().size() == 2 && b.shape().size() == 2 && a.shape()[1] == b.shape()[0], "matmul",
        "inner sizes differ: ", a.shape(), " x ", b.shape());
  return linear(a, b);
}

}  // namespace keratin::ops
