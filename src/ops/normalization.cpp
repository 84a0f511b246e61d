// Batch normalization. Sums over the rows are taken in tiles of rows and columns that depend on the
// shape alone, and the tiles' are added in their order.

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/replicas.hpp"
#include "core/thread_buffer.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
#include "kernels/row_sums.hpp"
#include "kernels/simd.hpp"

namespace keratin::ops {

namespace {

// A matrix in tiles that fit into the second cache.
struct Tiles {
  static constexpr std::size_t tile_rows = 256, tile_columns = 64;
  std::size_t rows, columns;

  explicit Tiles(const Tensor& x)
      : rows(x.size() / std::max<std::size_t>(1, x.shape().back())), columns(x.shape().back()) {}
  std::size_t runs() const { return kernels::tile_count(rows, tile_rows); }

  // Calls body(run of rows, first row, rows, first column, columns), in parallel.
  template <class Body>
  void each(const Body& body) const {
    const std::size_t across = kernels::tile_count(columns, tile_columns);
    kernels::parallel_for(runs() * across, [&](std::size_t tile) {
      const std::size_t run = tile / across, row = run * tile_rows,
                        column = tile % across * tile_columns;
      body(run, row, std::min(tile_rows, rows - row), column,
           std::min(tile_columns, columns - column));
    });
  }
};

// The mean and the variance of each column. Those of the tiles are joined as by Chan, Golub and
// LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
void moments(GradientTape& tape, const Tensor& x, Tensor& mean, Tensor& variance) {
  const Tiles tiles(x);
  const std::size_t columns = tiles.columns;
  Tensor& parts = tape.scratch(0, {tiles.runs(), 2, columns});
  tiles.each([&](std::size_t run, std::size_t row, std::size_t rows, std::size_t column,
                 std::size_t count) {
    float* part = parts.data() + run * 2 * columns + column;
    kernels::simd().column_moments(x.data() + row * columns + column, rows, count, columns, part,
                                   part + columns);
  });
  for (std::size_t j = 0; j < columns; ++j) {
    double middle = 0, squares = 0, before = 0;
    for (std::size_t run = 0; run < tiles.runs(); ++run) {
      const float* part = parts.data() + run * 2 * columns + j;
      const auto rows =
          static_cast<double>(std::min(Tiles::tile_rows, tiles.rows - run * Tiles::tile_rows));
      const double off = part[0] - middle;
      middle += off * rows / (before + rows);
      squares += part[columns] + off * off * before * rows / (before + rows);
      before += rows;
    }
    mean.data()[j] = static_cast<float>(middle);
    variance.data()[j] = static_cast<float>(squares / before);
  }
}

// Memory of the thread for sums in double.
std::span<double> room_for(std::size_t size) {
  thread_local constinit ThreadBuffer buffer;
  constexpr std::size_t words = sizeof(double) / sizeof(float);
  double* const values = new (buffer.reserve(words * size)) double[size];
  return {values, size};
}

// The same over the rows of all processes. Returns how many there are.
std::size_t joint_moments(Replicas& replicas, const Tensor& x, Tensor& mean, Tensor& variance) {
  const std::size_t columns = mean.size(), rows = x.size() / columns;
  const std::span<double> sums = room_for(2 * columns + 1);  // of values, of squares, and the rows
  kernels::column_sums(x.data(), rows, columns, sums.data(), /*add=*/false);
  kernels::column_products(x.data(), nullptr, x.data(), rows, columns, sums.data() + columns);
  sums.back() = static_cast<double>(rows);
  replicas.sum(sums);
  const double all = sums.back();
  for (std::size_t j = 0; j < columns; ++j) {
    const double middle = sums[j] / all;
    mean.data()[j] = static_cast<float>(middle);
    variance.data()[j] =
        static_cast<float>(std::max(0.0, sums[columns + j] / all - middle * middle));
  }
  return static_cast<std::size_t>(all);
}

struct Normalization {
  Node x, mean, variance;
  std::optional<Node> offset, scale;
  float epsilon;
  std::size_t batch_rows;  // of which mean and variance are those; 0: they are given

  // What the values of each column are multiplied with.
  struct Factors {
    const float *variance, *scale;  // scale: or null
    float epsilon;
    explicit Factors(const Normalization& from)
        : variance(from.variance.value().data()),
          scale(from.scale ? from.scale->value().data() : nullptr),
          epsilon(from.epsilon) {}
    float inverse(std::size_t j) const { return 1 / std::sqrt(variance[j] + epsilon); }
    float operator[](std::size_t j) const { return scale ? inverse(j) * scale[j] : inverse(j); }
  };

  void forward(Tensor& y) const {
    const Tiles tiles(y);
    const std::size_t columns = tiles.columns;
    Tensor& factors = x.tape().scratch(0, {columns});
    const Factors factor(*this);
    for (std::size_t j = 0; j < columns; ++j) factors.data()[j] = factor[j];
    tiles.each([&](std::size_t, std::size_t row, std::size_t rows, std::size_t column,
                   std::size_t count) {
      const std::size_t at = row * columns + column;
      kernels::simd().normalize(x.value().data() + at, rows, count, columns,
                                mean.value().data() + column, factors.data() + column,
                                offset ? offset->value().data() + column : nullptr, y.data() + at);
    });
  }

  void backward(const Tensor& dy) const {
    const Tiles tiles(dy);
    const std::size_t columns = tiles.columns;
    const bool joint = batch_rows > 0 && x.is_divided();
    const Tensor& sums = joint ? joint_column_sums(tiles, dy) : column_sums(tiles, dy);
    const float* products = sums.data() + columns;
    const Factors factor(*this);
    const auto per_column = [&](Node input, const auto& gradient) {
      accumulate_each(input, gradient);
    };
    // What all processes have the same of, one of them adds to the sum.
    const bool adds = !joint || x.tape().replicas()->is_first();
    if (offset) per_column(*offset, [&](std::size_t j) { return adds ? sums.data()[j] : 0; });
    if (scale)
      per_column(*scale, [&](std::size_t j) { return adds ? products[j] * factor.inverse(j) : 0; });
    if (batch_rows == 0) {
      per_column(mean, [&](std::size_t j) { return -factor[j] * sums.data()[j]; });
      per_column(variance, [&](std::size_t j) {
        return -0.5f * factor[j] * factor.inverse(j) * factor.inverse(j) * products[j];
      });
    }
    accumulate(x, [&](Tensor& dx, float keep) {
      Tensor& of = x.tape().scratch(1, {3, columns});
      float *of_dy = of.data(), *of_x = of_dy + columns, *constant = of_x + columns;
      const float share = batch_rows > 0 ? 1 / static_cast<float>(batch_rows) : 0;
      for (std::size_t j = 0; j < columns; ++j) {
        of_dy[j] = factor[j];
        of_x[j] = -factor[j] * factor.inverse(j) * factor.inverse(j) * products[j] * share;
        constant[j] = -factor[j] * sums.data()[j] * share;
      }
      tiles.each([&](std::size_t, std::size_t row, std::size_t rows, std::size_t column,
                     std::size_t count) {
        const std::size_t at = row * columns + column;
        kernels::simd().normalize_gradient(x.value().data() + at, dy.data() + at, rows, count,
                                           columns, mean.value().data() + column, of_dy + column,
                                           of_x + column, constant + column, dx.data() + at,
                                           keep != 0);
      });
    });
  }

 private:
  // The same over the rows of all processes.
  const Tensor& joint_column_sums(const Tiles& tiles, const Tensor& dy) const {
    const std::size_t columns = tiles.columns;
    const std::span<double> sums = room_for(2 * columns);
    kernels::column_sums(dy.data(), tiles.rows, columns, sums.data(), /*add=*/false);
    kernels::column_products(x.value().data(), mean.value().data(), dy.data(), tiles.rows, columns,
                             sums.data() + columns);
    x.tape().replicas()->sum(sums);
    Tensor& rounded = x.tape().scratch(0, {2, columns});
    for (std::size_t j = 0; j < 2 * columns; ++j) rounded.data()[j] = static_cast<float>(sums[j]);
    return rounded;
  }

  // For each column the sums of dy and of dy * (x - mean).
  const Tensor& column_sums(const Tiles& tiles, const Tensor& dy) const {
    const std::size_t columns = tiles.columns;
    Tensor& parts = x.tape().scratch(0, {std::max<std::size_t>(1, tiles.runs()), 2, columns});
    if (tiles.runs() == 0) parts.fill(0);
    tiles.each([&](std::size_t run, std::size_t row, std::size_t rows, std::size_t column,
                   std::size_t count) {
      const std::size_t at = row * columns + column;
      float* part = parts.data() + run * 2 * columns + column;
      kernels::simd().normalize_sums(x.value().data() + at, dy.data() + at, rows, count, columns,
                                     mean.value().data() + column, part, part + columns);
    });
    for (std::size_t j = 0; j < 2 * columns; ++j) {
      double total = 0;
      for (std::size_t run = 0; run < tiles.runs(); ++run)
        total += parts.data()[run * 2 * columns + j];
      parts.data()[j] = static_cast<float>(total);
    }
    return parts;
  }
};

// Swaps the axis of the features and the last.
struct FeaturesLast {
  std::array<int, Shape::max_rank> order{};
  std::size_t rank;

  FeaturesLast(const Shape& shape, std::size_t axis) : rank(shape.size()) {
    for (std::size_t i = 0; i < rank; ++i) order[i] = static_cast<int>(i);
    std::swap(order[axis], order[rank - 1]);
  }
  Node operator()(Node x) const { return transpose(x, std::span<const int>(order.data(), rank)); }
};

Node normalized(Node x, Node mean, Node variance, const NormalizationOptions& options,
                std::size_t batch_rows) {
  const Shape wanted = {x.shape().back()};
  const auto check_shape = [&](Node node, const char* what) {
    check(node.shape() == wanted, "batch_normalization", what, " has shape ", node.shape(),
          ", wanted ", wanted);
  };
  check_shape(mean, "mean");
  check_shape(variance, "variance");
  if (options.offset) check_shape(*options.offset, "offset");
  if (options.scale) check_shape(*options.scale, "scale");
  const Normalization normalization{
      x,         mean, variance, options.offset, options.scale, static_cast<float>(options.epsilon),
      batch_rows};
  static constexpr Op op{"batch_normalization"};
  return record(
      op, {x, mean, variance, options.offset.value_or(x), options.scale.value_or(x)}, x.shape(),
      [&](Tensor& y) { normalization.forward(y); },
      [normalization](const Tensor&, const Tensor& dy) { normalization.backward(dy); });
}

}  // namespace

Node batch_normalization(Node x, Node mean, Node variance, const NormalizationOptions& options) {
  const std::size_t axis = x.shape().axis(options.axis, "batch_normalization");
  if (axis + 1 == x.shape().size()) return normalized(x, mean, variance, options, 0);
  const FeaturesLast swapped(x.shape(), axis);
  return swapped(normalized(swapped(x), mean, variance, options, 0));
}

NormalizedBatch normalize_batch(Node x, const NormalizationOptions& options) {
  const std::size_t axis = x.shape().axis(options.axis, "batch_normalization");
  if (axis + 1 != x.shape().size()) {
    const FeaturesLast swapped(x.shape(), axis);
    NormalizationOptions last = options;
    last.axis = -1;
    NormalizedBatch batch = normalize_batch(swapped(x), last);
    batch.y = swapped(batch.y);
    return batch;
  }
  check(x.value().size() > 0 || x.is_divided(), "batch_normalization", "got no values: shape ",
        x.shape());
  GradientTape& tape = x.tape();
  const Shape features = {x.shape().back()};
  std::size_t rows = x.value().size() / features.front();
  const Node variance = tape.make(features, [](Tensor&) {});
  const Node mean = tape.make(features, [&](Tensor& values) {
    Tensor& squares = tape.slot(variance).own;
    if (x.is_divided())
      rows = joint_moments(*tape.replicas(), x.value(), values, squares);
    else
      moments(tape, x.value(), values, squares);
  });
  return {normalized(x, mean, variance, options, rows), mean, variance};
}

}  // namespace keratin::ops
