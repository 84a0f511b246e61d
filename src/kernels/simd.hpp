#pragma once
// The inner loops. simd.cpp is compiled once per instruction set, and simd() picks the fastest that
// the machine can run.
//
// All arrays are row-major float32 and may have any alignment. A function with the argument
// `accumulate` adds to its output if that is true, and overwrites it otherwise.

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels/functions.hpp"
#include "kernels/update_rules.hpp"
#include "kernels/window.hpp"

namespace keratin::kernels {

struct AdamStep {
  float learning_rate;  // with both bias corrections applied
  float rate_1;         // 1 - beta_1
  float rate_2;         // 1 - beta_2
  float epsilon;
};

/// A part of a sparse product c = a b: some columns of up to most_rows rows of c.
struct SparseProductTile {
  static constexpr std::size_t most_rows = 32;
  static constexpr std::size_t inner_block = 64;  // inner indices that a word has a bit for
  const float* a;                                 // (rows, k), or (k, rows) if transposed
  // A word for each row, for the blocks of inner indices in turn; see Simd::find_nonzeros. Null if
  // they are still to be found.
  const std::uint64_t* nonzeros;
  std::size_t nonzeros_stride;  // words from one block to the next
  const float* b;               // (k, columns)
  float* c;                     // (rows, columns)
  std::size_t rows;
  std::size_t columns;  // from fewest_columns to most_columns + fewest_columns - 1 of Simd
  std::size_t k;
  std::size_t a_stride;  // values from one stored row to the next
  std::size_t b_stride;
  std::size_t c_stride;
  bool accumulate;
};

/// So many equal things, which start `stride` values apart.
struct Repeated {
  std::size_t count = 1, stride = 0;
};

/// A block of a product c = a b. The value of `a` in row i for the inner index l is
/// a[i * a_row_stride + l * a_inner_stride], so `a` may be stored either way. b is stored in strips
/// of Simd::dense_strip_columns columns, `b_strip_stride` values apart, and a strip row by row,
/// `b_stride` values apart. A matrix that is not packed is that, too: its strips lie side by side.
///
/// What the windows over an image see is a matrix, too, and is read where it lies. Then `a` has
/// several groups of `rows` rows each, one for each row of windows, and its inner indices come in
/// runs of `k`, one for each row of the kernel or each place in it. In b and c nothing lies between
/// the groups or runs.
struct DenseProductBlock {
  const float* a;
  std::size_t a_row_stride;
  std::size_t a_inner_stride;
  const float* b;
  std::size_t b_stride;
  std::size_t b_strip_stride;
  float* c;
  std::size_t c_stride;
  std::size_t rows;
  std::size_t columns;
  std::size_t k;
  bool accumulate;
  Repeated groups = {};      // of rows, in `a`
  Repeated runs = {};        // of inner indices, in `a`
  Repeated outer_runs = {};  // so often all of the runs
};

/// A row of patches: what `count` windows side by side, `first` and those after it, see of some
/// channels in a row of pixels, (count, window, channels).
struct PatchLine {
  const WindowAxis* axis;
  std::size_t first, count;
  std::size_t pixel;              // values from one pixel to the next: all channels
  std::size_t channel, channels;  // the first of those seen, and their number
};

/// `count` windows, `first` and those after it.
struct PatchRows {
  const Windows* windows;
  std::size_t first, count;
};

/// Blocks of four random words, as random::philox makes them for a stream, from the block `first`
/// on.
struct RandomBlocks {
  std::uint64_t seed;
  std::uint64_t stream;
  std::uint64_t first;
};
/// Random words are made in groups of so many: words 0 and 1 of eight blocks, then words 2 and 3.
inline constexpr std::size_t random_group = 32;

/// The inner loops of one instruction set.
struct Simd {
  const char* name;          // as KERATIN_SIMD names it
  const char* architecture;  // as xsimd calls it

  // Functions over n values, indexed by their place in the lists of functions.hpp. For `map` p and
  // q are the function's parameters. A gradient is dy times the derivative; y is the function's
  // value.
  using Map = void (*)(const float* x, float* y, std::size_t n, float p, float q);
  using MapGradient = void (*)(const float* x, const float* y, const float* dy, float* dx,
                               std::size_t n, float p, float q, bool accumulate);
  using Map2 = void (*)(const float* a, const float* b, float* y, std::size_t n);
  using Map2Gradient = void (*)(const float* a, const float* b, const float* y, const float* dy,
                                float* d, std::size_t n, bool accumulate);
  std::array<Map, std::tuple_size_v<Unary>> map;
  std::array<MapGradient, std::tuple_size_v<Unary>> map_gradient;
  std::array<Map2, std::tuple_size_v<Binary>> map2;
  std::array<Map2Gradient, std::tuple_size_v<Binary>> map2_gradient_a;
  std::array<Map2Gradient, std::tuple_size_v<Binary>> map2_gradient_b;
  std::array<Map2, std::tuple_size_v<Compare>> compare;

  // y += x
  void (*add)(const float* x, float* y, std::size_t n);
  // y = x
  void (*from_uint8)(const std::uint8_t* x, float* y, std::size_t n);

  double (*sum)(const float* x, std::size_t n);
  double (*sum_of_squares)(const float* x, std::size_t n);
  // The sums of the first `columns` columns; rows are `stride` values apart.
  void (*column_sums)(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                      float* out, bool accumulate);
  // y = activation(y + bias) in place, indexed by ops::Fused; bias may be null.
  using Epilogue = void (*)(float* y, const float* bias, std::size_t rows, std::size_t columns,
                            std::size_t stride);
  std::array<Epilogue, 3> epilogue;

  // Over each row; y may be x.
  void (*softmax)(const float* x, float* y, std::size_t rows, std::size_t columns);
  void (*log_softmax)(const float* x, float* y, std::size_t rows, std::size_t columns);
  // dx = y * (dy - sum(dy * y))
  void (*softmax_gradient)(const float* y, const float* dy, float* dx, std::size_t rows,
                           std::size_t columns, bool accumulate);
  // dx = dy - exp(y) * sum(dy)
  void (*log_softmax_gradient)(const float* y, const float* dy, float* dx, std::size_t rows,
                               std::size_t columns, bool accumulate);

  // The mean of each column, and the sum of the squares of what the values lie off it. Rows are
  // `stride` values apart, here and below.
  void (*column_moments)(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                         float* mean, float* squares);
  // y = (x - mean) * factor + offset for each column; offset may be null.
  void (*normalize)(const float* x, std::size_t rows, std::size_t columns, std::size_t stride,
                    const float* mean, const float* factor, const float* offset, float* y);
  // For each column the sums of dy and of dy * (x - mean).
  void (*normalize_sums)(const float* x, const float* dy, std::size_t rows, std::size_t columns,
                         std::size_t stride, const float* mean, float* sums, float* products);
  // dx = of_dy * dy + of_x * (x - mean) + constant for each column.
  void (*normalize_gradient)(const float* x, const float* dy, std::size_t rows, std::size_t columns,
                             std::size_t stride, const float* mean, const float* of_dy,
                             const float* of_x, const float* constant, float* dx, bool accumulate);

  // y[i] is x[i] * scale, or 0 where random word i, counted through groups, is below the limit.
  void (*dropout)(const float* x, float* y, std::size_t n, RandomBlocks blocks, std::uint32_t limit,
                  float scale, bool accumulate);

  // A product of dense matrices. It is fastest with a multiple of dense_panel_rows rows and of
  // dense_strip_columns columns.
  void (*dense_product)(const DenseProductBlock& block);
  std::size_t dense_panel_rows;
  std::size_t dense_strip_columns;
  // Whether dense_product is about as fast as OpenBLAS or faster, for matrices of any size.
  bool outruns_blas;

  // y (columns x rows) = x (rows x columns) transposed; rows are the strides apart.
  void (*transpose)(const float* x, std::size_t x_stride, std::size_t rows, std::size_t columns,
                    float* y, std::size_t y_stride);

  // Adds patches to the pixels that the windows see; `pixels` is the row of these.
  void (*scatter_patches)(const PatchLine& line, const float* patches, float* pixels);
  // Over windows over images, see simd_pooling.hpp. Without `accumulate` gradients write the places
  // in windows, which must not overlap, and no others.
  void (*max_pool)(const PatchRows& rows, const float* images, float* y);
  void (*max_pool_gradient)(const PatchRows& rows, const float* images, const float* y,
                            const float* dy, float* dimages, bool accumulate);
  void (*average_pool)(const PatchRows& rows, const float* images, float* y);
  void (*average_pool_gradient)(const PatchRows& rows, const float* dy, float* dimages,
                                bool accumulate);
  // A convolution of each channel with its own kernel (places, channels).
  void (*depthwise)(const PatchRows& rows, const float* images, const float* kernel, float* y);
  void (*depthwise_gradient)(const PatchRows& rows, const float* kernel, const float* dy,
                             float* dimages);
  void (*depthwise_kernel_gradient)(const PatchRows& rows, const float* images, const float* dy,
                                    float* dkernel);

  // c (m x n) = a (m x k) times b (n x k) transposed, for small matrices.
  void (*dot_products)(const float* a, const float* b, float* c, std::size_t m, std::size_t n,
                       std::size_t k, bool accumulate);

  // A product that skips the zeros of a, and the limits for the columns of its tiles.
  void (*sparse_product)(const SparseProductTile& tile, bool transpose_a);
  // A word for each of up to 64 rows of a: bit j is set if the value at inner index j < k <= 64 is
  // not 0.
  void (*find_nonzeros)(const float* a, std::size_t a_stride, bool transpose_a, std::size_t rows,
                        std::size_t k, std::uint64_t* words);
  std::size_t fewest_columns;
  std::size_t most_columns;
  // Copies the columns of a strip from some rows of b. Returns whether all values are finite.
  bool (*pack)(const float* b, std::size_t stride, std::size_t rows, std::size_t columns,
               float* packed, std::size_t packed_stride);
  std::size_t (*count_nonzeros)(const float* x, std::size_t n);

  // One step of an optimizer over n weights; velocity may be null.
  void (*sgd)(float* w, float* velocity, const float* g, std::size_t n, float learning_rate,
              float momentum, bool nesterov);
  void (*adam)(float* w, float* m, float* v, const float* g, std::size_t n, AdamStep step);
  // The other optimizers' steps, indexed by their place in Rules; `rule` points to the rule.
  using Update = void (*)(const void* rule, float* w, const float* g, float* const* slots,
                          std::size_t n);
  std::array<Update, std::tuple_size_v<Rules>> update;
};

/// The inner loops for this machine, chosen by the first call: those that the environment variable
/// KERATIN_SIMD names, or the fastest. Throws std::invalid_argument if the machine cannot run those
/// that it names, or there are none of that name. So call it first outside of a parallel region.
const Simd& simd();

/// Applies an update rule to n weights; g are their gradients.
template <class Rule>
void update(const Rule& rule, float* w, const float* g, float* const* slots, std::size_t n) {
  simd().update[IndexOf<Rule, Rules>::value](&rule, w, g, slots, n);
}

}  // namespace keratin::kernels
