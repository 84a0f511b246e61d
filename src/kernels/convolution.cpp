#include "kernels/convolution.hpp"

#include <algorithm>
#include <optional>

#include "core/thread_buffer.hpp"

namespace keratin::kernels {

namespace {

// Inner indices of a block of a product: a strip of b then stays in the first cache.
constexpr std::size_t longest_block = 384;

void multiply(DenseProductBlock block, std::size_t k) {
  const float *a = block.a, *b = block.b;
  const std::size_t blocks = tile_count(k, longest_block);
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::size_t first = k * i / blocks;
    block.a = a + first * block.a_inner_stride;
    block.b = b + first * block.b_stride;
    block.k = k * (i + 1) / blocks - first;
    simd().dense_product(block);
    block.accumulate = true;
  }
}

// So many rows that their patches take half of the second cache at most, in whole panels.
std::size_t block_rows(const Convolution& convolution) {
  constexpr std::size_t most_values = 1 << 15;
  constexpr std::size_t most_panels = 16;
  const std::size_t panel = simd().dense_panel_rows;
  const std::size_t values = panel * (convolution.patch() + convolution.filters);
  return panel * std::clamp<std::size_t>(most_values / values, 1, most_panels);
}

// A block of rows of the matrix of patches, stored either way.
struct Patches {
  const float* values;
  std::size_t row_stride;
  std::size_t inner_stride;
};

// The patches of `rows` windows, in `memory` unless the image holds them as they are. Of images
// with one channel, where runs of a patch are short, those of windows side by side are.
Patches patches(const Convolution& convolution, const float* x, std::size_t group,
                std::size_t first, std::size_t rows, float* memory) {
  const Windows& windows = convolution.windows;
  const std::size_t channel = group * convolution.group_channels();
  if (windows.are_pixels()) return {x + first * windows.channels + channel, windows.channels, 1};
  const PatchRows block{&windows, first, rows, channel, convolution.group_channels()};
  if (windows.channels == 1 && windows.horizontal.stride == 1) {
    simd().gather_transposed_patches(block, x, memory);
    return {memory, 1, rows};
  }
  simd().gather_patches(block, x, memory);
  return {memory, convolution.patch(), 1};
}

DenseProductBlock unpacked(const float* b, std::size_t stride) {
  DenseProductBlock block{};
  block.b = b;
  block.b_stride = stride;
  block.b_strip_stride = simd().dense_strip_columns;
  return block;
}

// Calls body(first, rows) for the rows from `first` on in blocks.
template <class Body>
void by_blocks(std::size_t first, std::size_t rows, std::size_t most_rows, const Body& body) {
  const std::size_t blocks = tile_count(rows, most_rows);
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::size_t from = rows * i / blocks;
    body(first + from, rows * (i + 1) / blocks - from);
  }
}

}  // namespace

void convolve(const Convolution& convolution, const float* x, const float* kernel, float* y,
              bool accumulate, TileVisitor after) {
  constexpr std::size_t least_work = 1 << 20;  // multiply-adds: about 10 us
  const std::size_t filters = convolution.filters;
  const std::size_t patch = convolution.patch();
  const std::size_t most_rows = block_rows(convolution);
  const std::size_t grain = std::max(most_rows, least_work / (patch * filters + 1));
  parallel_slices(convolution.windows.count(), grain, [&](std::size_t start, std::size_t length) {
    thread_local constinit ThreadBuffer buffer;
    float* memory = buffer.reserve(most_rows * patch);
    by_blocks(start, length, most_rows, [&](std::size_t first, std::size_t rows) {
      for (std::size_t group = 0; group < convolution.groups; ++group) {
        const Patches a = patches(convolution, x, group, first, rows, memory);
        const std::size_t filter = group * convolution.group_filters();
        DenseProductBlock block = unpacked(kernel + filter, filters);
        block.a = a.values;
        block.a_row_stride = a.row_stride;
        block.a_inner_stride = a.inner_stride;
        block.c = y + first * filters + filter;
        block.c_stride = filters;
        block.rows = rows;
        block.columns = convolution.group_filters();
        block.accumulate = accumulate;
        multiply(block, patch);
      }
      after(Tile{first, rows, 0, filters});
    });
  });
}

namespace {

// The kernel of each group transposed, in strips as products read them.
struct TransposedKernel {
  const float* values;
  std::size_t strip_stride;
  std::size_t group_stride;

  explicit TransposedKernel(const Convolution& convolution, const float* kernel) {
    const std::size_t width = simd().dense_strip_columns;
    const std::size_t rows = convolution.group_filters();
    const std::size_t columns = convolution.patch();
    strip_stride = width * rows;
    group_stride = tile_count(columns, width) * strip_stride;
    thread_local constinit ThreadBuffer buffer;
    float* packed = buffer.reserve(convolution.groups * group_stride);
    for (std::size_t group = 0; group < convolution.groups; ++group)
      for (std::size_t column = 0; column < columns; column += width)
        simd().transpose(kernel + column * convolution.filters + group * rows, convolution.filters,
                         std::min(width, columns - column), rows,
                         packed + group * group_stride + column / width * strip_stride, width);
    values = packed;
  }
};

// Computes the gradients block by block, for a part of the batch.
class PartOfGradients {
 public:
  PartOfGradients(const Convolution& convolution, const ConvolutionGradients& gradients,
                  const TransposedKernel* transposed, float* dkernel, float* dbias)
      : convolution_(convolution),
        gradients_(gradients),
        transposed_(transposed),
        dkernel_(dkernel),
        dbias_(dbias) {}

  void compute(std::size_t first_image, std::size_t images) {
    const Windows& windows = convolution_.windows;
    const bool adds_patches = gradients_.dx.values && !windows.are_pixels();
    if (adds_patches && !gradients_.dx.accumulate)
      std::fill_n(gradients_.dx.values + first_image * windows.image_size(),
                  images * windows.image_size(), 0.0f);
    if (images == 0) {
      if (dkernel_) std::fill_n(dkernel_, convolution_.kernel_size(), 0.0f);
      if (dbias_) std::fill_n(dbias_, convolution_.filters, 0.0f);
    }
    const std::size_t most_rows = block_rows(convolution_);
    thread_local constinit ThreadBuffer buffer;
    memory_ = buffer.reserve(most_rows * (convolution_.patch() + convolution_.filters));
    dz_memory_ = memory_ + most_rows * convolution_.patch();
    by_blocks(first_image * windows.per_image(), images * windows.per_image(), most_rows,
              [&](std::size_t first, std::size_t rows) { compute_block(first, rows); });
  }

 private:
  void compute_block(std::size_t first, std::size_t rows) {
    const std::size_t filters = convolution_.filters;
    const std::size_t from = first * filters;
    const float* dz = gradients_.dy + from;
    if (gradients_.activation) {
      const float* y = gradients_.y + from;
      gradients_.activation(y, y, dz, dz_memory_, rows * filters, 0, 0, false);
      dz = dz_memory_;
    }
    if (dbias_) simd().column_sums(dz, rows, filters, filters, dbias_, !is_first_);
    for (std::size_t group = 0; group < convolution_.groups; ++group) {
      if (dkernel_) add_to_kernel(group, first, rows, dz);
      if (gradients_.dx.values) add_to_inputs(group, first, rows, dz);
    }
    is_first_ = false;
  }

  void add_to_kernel(std::size_t group, std::size_t first, std::size_t rows, const float* dz) {
    const std::size_t filters = convolution_.filters;
    const std::size_t filter = group * convolution_.group_filters();
    const Patches a = patches(convolution_, gradients_.x, group, first, rows, memory_);
    DenseProductBlock block = unpacked(dz + filter, filters);
    block.a = a.values;
    block.a_row_stride = a.inner_stride;
    block.a_inner_stride = a.row_stride;
    block.c = dkernel_ + filter;
    block.c_stride = filters;
    block.rows = convolution_.patch();
    block.columns = convolution_.group_filters();
    block.accumulate = !is_first_;
    multiply(block, rows);
  }

  void add_to_inputs(std::size_t group, std::size_t first, std::size_t rows, const float* dz) {
    const Windows& windows = convolution_.windows;
    const std::size_t channel = group * convolution_.group_channels();
    DenseProductBlock block{};
    block.a = dz + group * convolution_.group_filters();
    block.a_row_stride = convolution_.filters;
    block.a_inner_stride = 1;
    block.b = transposed_->values + group * transposed_->group_stride;
    block.b_stride = simd().dense_strip_columns;
    block.b_strip_stride = transposed_->strip_stride;
    block.rows = rows;
    block.columns = convolution_.patch();
    if (windows.are_pixels()) {
      block.c = gradients_.dx.values + first * windows.channels + channel;
      block.c_stride = windows.channels;
      block.accumulate = gradients_.dx.accumulate;
      return multiply(block, convolution_.group_filters());
    }
    block.c = memory_;
    block.c_stride = convolution_.patch();
    multiply(block, convolution_.group_filters());
    simd().scatter_patches({&windows, first, rows, channel, convolution_.group_channels()}, memory_,
                           gradients_.dx.values);
  }

  const Convolution& convolution_;
  const ConvolutionGradients& gradients_;
  const TransposedKernel* transposed_;
  float *dkernel_, *dbias_;
  float *memory_ = nullptr, *dz_memory_ = nullptr;
  bool is_first_ = true;
};

}  // namespace

void convolution_gradients(const Convolution& convolution, const ConvolutionGradients& gradients) {
  std::optional<TransposedKernel> transposed;
  if (gradients.dx.values) transposed.emplace(convolution, gradients.kernel);
  const std::size_t kernel_size = convolution.kernel_size();
  const std::size_t work = convolution.windows.count() * kernel_size;
  sum_parts(
      convolution.windows.batch, work, kernel_size, gradients.dkernel, convolution.filters,
      gradients.dbias, [&](std::size_t first, std::size_t images, float* dkernel, float* dbias) {
        PartOfGradients(convolution, gradients, transposed ? &*transposed : nullptr, dkernel, dbias)
            .compute(first, images);
      });
}

}  // namespace keratin::kernels
