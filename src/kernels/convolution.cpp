#include "kernels/convolution.hpp"

#include <algorithm>
#include <optional>

#include "core/thread_buffer.hpp"

namespace keratin::kernels {

namespace {

// Windows that follow one another: whole rows of windows on one image, or a part of one row. What
// belongs to a band stays in the second cache.
struct Band {
  std::size_t image;
  std::size_t row, rows;
  std::size_t column, columns;

  std::size_t first(const Windows& windows) const {
    return (image * windows.vertical.count + row) * windows.horizontal.count + column;
  }
  std::size_t count() const { return rows * columns; }
};

// The bands of each image, by the sizes of the convolution alone.
class Bands {
 public:
  explicit Bands(const Convolution& convolution)
      : vertical_(convolution.windows.vertical.count),
        horizontal_(convolution.windows.horizontal.count) {
    constexpr std::size_t most_values = 1 << 15;  // of the result: 128 KiB
    const std::size_t most_windows = most_values / convolution.filters + 1;
    across_ = tile_count(horizontal_, most_windows);
    down_ = across_ > 1 ? vertical_ : tile_count(vertical_, most_windows / horizontal_);
  }
  std::size_t per_image() const { return down_ * across_; }
  bool have_whole_rows() const { return across_ == 1; }
  Band operator[](std::size_t index) const {
    const std::size_t image = index / per_image();
    const std::size_t i = index % per_image() / across_, j = index % across_;
    const std::size_t row = vertical_ * i / down_, column = horizontal_ * j / across_;
    return {image, row, vertical_ * (i + 1) / down_ - row, column,
            horizontal_ * (j + 1) / across_ - column};
  }

 private:
  std::size_t vertical_, horizontal_;
  std::size_t down_, across_;
};

// Windows that are the pixels of an image, as a single row.
Convolution simplified(Convolution convolution) {
  Windows& windows = convolution.windows;
  if (!windows.are_pixels()) return convolution;
  windows.horizontal.size = windows.horizontal.count = windows.per_image();
  windows.vertical.size = windows.vertical.count = 1;
  return convolution;
}

// What the windows of a band see: the images themselves, or a copy with zeros around.
struct Seen {
  const float* values;  // from the first place of the first window on
  std::size_t line;     // values from one row of pixels to the next

  static Seen from(const Windows& windows, const Band& band, const float* images,
                   ThreadBuffer& buffer);
};

// The pixels along one axis that `count` windows see, from the window `first` on: they start
// `before` the image and reach from there to `end`.
struct Reach {
  std::size_t start, before, size, after;

  Reach(const WindowAxis& axis, std::size_t first, std::size_t count) {
    const std::size_t from = first * axis.stride;
    const std::size_t to =
        (first + count - 1) * axis.stride + (axis.window - 1) * axis.dilation + 1;
    const std::size_t end = axis.size + axis.before;  // counted from `before` the image
    before = std::min(to, std::max(from, axis.before)) - from;
    after = to - std::max(from, std::min(to, end));
    before = std::min(before, to - from);
    size = to - from - std::min(to - from, before + after);
    start = size > 0 ? from + before - axis.before : 0;
  }
  bool is_inside() const { return before + after == 0; }
};

Seen Seen::from(const Windows& windows, const Band& band, const float* images,
                ThreadBuffer& buffer) {
  const std::size_t channels = windows.channels, image_line = windows.horizontal.size * channels;
  const Reach down(windows.vertical, band.row, band.rows);
  const Reach across(windows.horizontal, band.column, band.columns);
  const float* image = images + band.image * windows.image_size() + across.start * channels;
  if (down.is_inside() && across.is_inside()) return {image + down.start * image_line, image_line};
  const std::size_t line = (across.before + across.size + across.after) * channels;
  float* const copy = buffer.reserve((down.before + down.size + down.after) * line);
  float* to = std::fill_n(copy, down.before * line, 0.0f);
  for (std::size_t i = 0; i < down.size; ++i) {
    to = std::fill_n(to, across.before * channels, 0.0f);
    to = std::copy_n(image + (down.start + i) * image_line, across.size * channels, to);
    to = std::fill_n(to, across.after * channels, 0.0f);
  }
  std::fill_n(to, down.after * line, 0.0f);
  return {copy, line};
}

// A row of places of a window, or one place: values that lie side by side in an image.
struct PatchRun {
  std::size_t length;  // values
  Repeated repeated;   // in a row of places

  explicit PatchRun(const Convolution& convolution) {
    const Windows& windows = convolution.windows;
    const WindowAxis& across = windows.horizontal;
    length = convolution.group_channels();
    if (across.dilation == 1 && convolution.groups == 1)
      length *= across.window;
    else
      repeated = {across.window, across.dilation * windows.channels};
  }
};

DenseProductBlock unpacked(const float* b, std::size_t stride) {
  DenseProductBlock block{};
  block.b = b;
  block.b_stride = stride;
  block.b_strip_stride = simd().dense_strip_columns;
  return block;
}

// The kernel of each group in strips of columns, as products read them.
class PackedKernel {
 public:
  explicit PackedKernel(const Convolution& convolution)
      : columns_(convolution.group_filters()), stride_(convolution.filters) {}
  void pack(const Convolution& convolution, const float* kernel) {
    kernel_ = kernel;
    const std::size_t width = simd().dense_strip_columns;
    if (columns_ <= width) return;
    const std::size_t rows = convolution.patch(), strips = tile_count(columns_, width);
    strip_stride_ = width * rows;
    thread_local constinit ThreadBuffer buffer;
    packed_ = buffer.reserve(convolution.groups * strips * strip_stride_);
    constexpr std::size_t values_per_slice = 1 << 15;
    parallel_slices(
        rows, values_per_slice / stride_ + 1, [&](std::size_t first, std::size_t count) {
          for (std::size_t group = 0; group < convolution.groups; ++group)
            for (std::size_t strip = 0; strip < strips; ++strip) {
              const float* from = kernel + first * stride_ + group * columns_ + strip * width;
              float* to = packed_ + (group * strips + strip) * strip_stride_ + first * width;
              for (std::size_t i = 0; i < count; ++i, from += stride_, to += width)
                std::copy_n(from, std::min(width, columns_ - strip * width), to);
            }
        });
  }
  DenseProductBlock block(std::size_t group) const {
    if (!packed_) return unpacked(kernel_ + group * columns_, stride_);
    const std::size_t width = simd().dense_strip_columns;
    DenseProductBlock block{};
    block.b = packed_ + group * tile_count(columns_, width) * strip_stride_;
    block.b_stride = width;
    block.b_strip_stride = strip_stride_;
    return block;
  }

 private:
  std::size_t columns_, stride_;
  std::size_t strip_stride_ = 0;
  const float* kernel_ = nullptr;
  float* packed_ = nullptr;
};

void convolve_band(const Convolution& convolution, const Band& band, const float* x,
                   const PackedKernel& kernel, float* y, bool accumulate) {
  const Windows& windows = convolution.windows;
  thread_local constinit ThreadBuffer buffer;
  const Seen seen = Seen::from(windows, band, x, buffer);
  const PatchRun run(convolution);
  for (std::size_t group = 0; group < convolution.groups; ++group) {
    DenseProductBlock block = kernel.block(group);
    block.a = seen.values + group * convolution.group_channels();
    block.a_row_stride = windows.horizontal.stride * windows.channels;
    block.a_inner_stride = 1;
    block.rows = band.columns;
    block.groups = {band.rows, windows.vertical.stride * seen.line};
    block.k = run.length;
    block.runs = run.repeated;
    block.outer_runs = {windows.vertical.window, windows.vertical.dilation * seen.line};
    block.c = y + band.first(windows) * convolution.filters + group * convolution.group_filters();
    block.c_stride = convolution.filters;
    block.columns = convolution.group_filters();
    block.accumulate = accumulate;
    simd().dense_product(block);
  }
}

}  // namespace

void convolve(const Convolution& given, const float* x, const float* kernel, float* y,
              bool accumulate, TileVisitor after) {
  constexpr std::size_t least_work = 1 << 20;  // multiply-adds: about 10 us
  const Convolution convolution = simplified(given);
  const std::size_t filters = convolution.filters;
  const Bands bands(convolution);
  PackedKernel packed(convolution);
  packed.pack(convolution, kernel);
  const std::size_t work = convolution.windows.per_image() * convolution.patch() *
                           convolution.group_filters() / bands.per_image();
  parallel_slices(convolution.windows.batch * bands.per_image(), least_work / (work + 1) + 1,
                  [&](std::size_t first, std::size_t count) {
                    for (std::size_t i = first; i < first + count; ++i) {
                      const Band band = bands[i];
                      convolve_band(convolution, band, x, packed, y, accumulate);
                      after(Tile{band.first(convolution.windows), band.count(), 0, filters});
                    }
                  });
}

namespace {

// The kernel of each group transposed, in strips as products read them: for each of its rows the
// product of a row of the result's gradient with it belongs to a row of the input. Rows that belong
// to the same row of the input follow one another, the last first, so that the rows of the gradient
// that they are multiplied with come in their order.
class TransposedKernel {
 public:
  TransposedKernel(const Convolution& convolution, const float* kernel)
      : rows_(convolution.windows.vertical.window),
        step_(convolution.windows.vertical.dilation == 1 ? convolution.windows.vertical.stride
                                                         : 1) {
    const std::size_t width = simd().dense_strip_columns, filters = convolution.filters;
    const std::size_t columns = convolution.patch() / rows_;
    row_size_ = convolution.group_filters() * width;
    strip_stride_ = rows_ * row_size_;
    group_stride_ = tile_count(columns, width) * strip_stride_;
    thread_local constinit ThreadBuffer buffer;
    values_ = buffer.reserve(convolution.groups * group_stride_);
    for (std::size_t group = 0; group < convolution.groups; ++group)
      for (std::size_t column = 0; column < columns; column += width)
        for (std::size_t row = 0; row < rows_; ++row)
          simd().transpose(
              kernel + (row * columns + column) * filters + group * convolution.group_filters(),
              filters, std::min(width, columns - column), convolution.group_filters(),
              values_ + group * group_stride_ + column / width * strip_stride_ +
                  place_of(row) * row_size_,
              width);
  }
  // The rows from `row` on, in that order.
  DenseProductBlock block(std::size_t group, std::size_t row) const {
    DenseProductBlock block{};
    block.b = values_ + group * group_stride_ + place_of(row) * row_size_;
    block.b_stride = simd().dense_strip_columns;
    block.b_strip_stride = strip_stride_;
    return block;
  }

 private:
  std::size_t place_of(std::size_t row) const {
    std::size_t place = 0;  // of the first row of its class
    for (std::size_t i = 0; i < row % step_; ++i) place += tile_count(rows_ - i, step_);
    const std::size_t last = tile_count(rows_ - row % step_, step_) - 1;
    return place + last - row / step_;
  }

  std::size_t rows_, step_;
  std::size_t row_size_, strip_stride_, group_stride_;
  float* values_;
};

// The windows of a band that see a row of an image: rows of windows `step` apart, from `row` on,
// which see it with rows of the kernel in TransposedKernel's order, from `kernel_row` on.
struct Seeing {
  std::size_t row = 0, kernel_row = 0, count = 0;
  std::size_t step;

  Seeing(const WindowAxis& axis, const Band& band, std::size_t image_row) : step(axis.dilation) {
    const std::size_t at = image_row + axis.before;
    for (std::size_t i = axis.window; i-- > 0;) {
      if (i * axis.dilation > at || (at - i * axis.dilation) % axis.stride != 0) continue;
      const std::size_t window = (at - i * axis.dilation) / axis.stride;
      if (window < band.row || window >= band.row + band.rows) continue;
      if (count++ > 0) continue;
      row = window;
      kernel_row = i;
    }
  }
};

// The sums for the kernel's gradient. With few filters a row of the result's gradient fills a small
// part of a vector. Then `windows` windows side by side are taken as one, which is wider and has as
// many times the filters; each of them has its own sums, which are added in the end.
class KernelSums {
 public:
  KernelSums(const Convolution& convolution, bool whole_rows) : convolution_(convolution) {
    const WindowAxis& across = convolution.windows.horizontal;
    constexpr std::size_t fewest_lanes = 8;  // shorter vectors are filled well enough
    const std::size_t lanes = simd().dense_strip_columns / 2;
    if (lanes >= fewest_lanes && whole_rows && convolution.groups == 1 && across.dilation == 1)
      for (std::size_t n = 2; n * convolution.filters <= lanes; ++n)
        if (across.count % n == 0 && places(n) < n * across.window) windows_ = n;
  }
  // The values that the sums need memory for, besides the gradient itself.
  std::size_t size() const {
    const Windows& windows = convolution_.windows;
    if (windows_ == 1) return 0;
    return windows.vertical.window * places(windows_) * windows.channels * columns();
  }
  // Windows taken as one, the places of such a window in a row, and its filters.
  std::size_t windows() const { return windows_; }
  std::size_t places() const { return places(windows_); }
  std::size_t columns() const { return windows_ * convolution_.filters; }

  void add_to_gradient(const float* sums, float* dkernel) const {
    const Windows& windows = convolution_.windows;
    const std::size_t filters = convolution_.filters, channels = windows.channels;
    const std::size_t line = windows.horizontal.window * channels;
    for (std::size_t i = 0; i < windows.vertical.window * line; ++i) {
      const std::size_t row = i / line * places() * channels + i % line;
      for (std::size_t n = 0; n < windows_; ++n) {
        const std::size_t shift = n * windows.horizontal.stride * channels;
        const float* from = sums + (row + shift) * columns() + n * filters;
        if (n == 0)
          std::copy_n(from, filters, dkernel + i * filters);
        else
          simd().add(from, dkernel + i * filters, filters);
      }
    }
  }

 private:
  std::size_t places(std::size_t windows) const {
    const WindowAxis& across = convolution_.windows.horizontal;
    return across.window + (windows - 1) * across.stride;
  }

  const Convolution& convolution_;
  std::size_t windows_ = 1;
};

// Computes the gradients band by band, for a part of the batch.
class PartOfGradients {
 public:
  PartOfGradients(const Convolution& convolution, const ConvolutionGradients& gradients,
                  const TransposedKernel* transposed, float* dkernel, float* dbias)
      : convolution_(convolution),
        gradients_(gradients),
        transposed_(transposed),
        bands_(convolution),
        kernel_sums_(convolution, bands_.have_whole_rows()),
        dkernel_(dkernel),
        dbias_(dbias) {}

  void compute(std::size_t first_image, std::size_t images) {
    const Windows& windows = convolution_.windows;
    if (images == 0) {
      if (dkernel_) std::fill_n(dkernel_, convolution_.kernel_size(), 0.0f);
      if (dbias_) std::fill_n(dbias_, convolution_.filters, 0.0f);
    }
    thread_local constinit ThreadBuffer buffer;
    float* const gradient = dkernel_;
    const bool sums_apart = gradient && images > 0 && kernel_sums_.windows() > 1;
    if (sums_apart) dkernel_ = buffer.reserve(kernel_sums_.size());
    const bool adds_patches = gradients_.dx.values && !windows.are_pixels();
    for (std::size_t image = first_image; image < first_image + images; ++image) {
      if (adds_patches && !gradients_.dx.accumulate)
        std::fill_n(gradients_.dx.values + image * windows.image_size(), windows.image_size(),
                    0.0f);
      const float* dy = gradient_of_image(image);
      for (std::size_t i = 0; i < bands_.per_image(); ++i)
        compute_band(bands_[image * bands_.per_image() + i], dy);
    }
    if (sums_apart) kernel_sums_.add_to_gradient(dkernel_, gradient);
  }

 private:
  const float* gradient_of_image(std::size_t image) {
    const std::size_t size = convolution_.windows.per_image() * convolution_.filters;
    if (!gradients_.dy_of_image) return gradients_.dy + image * size;
    thread_local constinit ThreadBuffer buffer;
    float* const dy = buffer.reserve(size);
    gradients_.dy_of_image(image, dy);
    return dy;
  }

  // dy is that of the band's image.
  void compute_band(const Band& band, const float* dy) {
    const Windows& windows = convolution_.windows;
    const std::size_t filters = convolution_.filters;
    const std::size_t from = band.first(windows) * filters;
    const float* dz = dy + from - band.image * windows.per_image() * filters;
    if (gradients_.activation) {
      thread_local constinit ThreadBuffer buffer;
      float* const memory = buffer.reserve(band.count() * filters);
      const float* y = gradients_.y + from;
      gradients_.activation(y, y, dz, memory, band.count() * filters, 0, 0, false);
      dz = memory;
    }
    if (dbias_) simd().column_sums(dz, band.count(), filters, filters, dbias_, !is_first_);
    if (dkernel_) add_to_kernel(band, dz);
    if (gradients_.dx.values) add_to_inputs(band, dz);
    is_first_ = false;
  }

  void add_to_kernel(const Band& band, const float* dz) {
    const Windows& windows = convolution_.windows;
    thread_local constinit ThreadBuffer buffer;
    const Seen seen = Seen::from(windows, band, gradients_.x, buffer);
    const std::size_t at_once = kernel_sums_.windows(), columns = kernel_sums_.columns();
    PatchRun run(convolution_);
    if (at_once > 1) run.length = kernel_sums_.places() * windows.channels;
    const std::size_t kernel_line = run.length * run.repeated.count * columns;
    for (std::size_t group = 0; group < convolution_.groups; ++group)
      for (std::size_t i = 0; i < windows.vertical.window; ++i) {
        const std::size_t filter = group * convolution_.group_filters();
        DenseProductBlock block = unpacked(dz + filter, columns);
        block.a = seen.values + i * windows.vertical.dilation * seen.line +
                  group * convolution_.group_channels();
        block.a_row_stride = 1;
        block.a_inner_stride = at_once * windows.horizontal.stride * windows.channels;
        block.rows = run.length;
        block.groups = run.repeated;
        block.k = band.columns / at_once;
        block.runs = {band.rows, windows.vertical.stride * seen.line};
        block.c = dkernel_ + i * kernel_line + filter;
        block.c_stride = columns;
        block.columns = at_once * convolution_.group_filters();
        block.accumulate = !is_first_;
        simd().dense_product(block);
      }
  }

  // For each row of the image the products are summed over the rows of windows that see it. What
  // windows side by side add to the same pixels is added in the end.
  void add_to_inputs(const Band& band, const float* dz) {
    const Windows& windows = convolution_.windows;
    const Reach reach(windows.vertical, band.row, band.rows);
    for (std::size_t row = reach.start; row < reach.start + reach.size; ++row) {
      const Seeing seeing(windows.vertical, band, row);
      if (seeing.count == 0) continue;
      float* const to =
          gradients_.dx.values + (band.image * windows.vertical.size + row) * line_size();
      for (std::size_t group = 0; group < convolution_.groups; ++group)
        add_to_row(band, seeing, group, dz, to);
    }
  }

  void add_to_row(const Band& band, const Seeing& seeing, std::size_t group, const float* dz,
                  float* to) {
    const Windows& windows = convolution_.windows;
    const std::size_t filters = convolution_.filters, channels = convolution_.group_channels();
    const std::size_t columns = windows.horizontal.window * channels;
    DenseProductBlock block = transposed_->block(group, seeing.kernel_row);
    block.a = dz + (seeing.row - band.row) * band.columns * filters +
              group * convolution_.group_filters();
    block.a_row_stride = filters;
    block.a_inner_stride = 1;
    block.rows = band.columns;
    block.columns = columns;
    block.k = convolution_.group_filters();
    block.runs = {seeing.count, seeing.step * band.columns * filters};
    if (windows.are_pixels()) {
      block.c = to + band.column * windows.channels + group * channels;
      block.c_stride = windows.channels;
      block.accumulate = gradients_.dx.accumulate;
      return simd().dense_product(block);
    }
    thread_local constinit ThreadBuffer buffer;
    block.c = buffer.reserve(band.columns * columns);
    block.c_stride = columns;
    simd().dense_product(block);
    simd().scatter_patches({&windows.horizontal, band.column, band.columns, windows.channels,
                            group * channels, channels},
                           block.c, to);
  }

  // Values in a row of pixels.
  std::size_t line_size() const {
    return convolution_.windows.horizontal.size * convolution_.windows.channels;
  }

  const Convolution& convolution_;
  const ConvolutionGradients& gradients_;
  const TransposedKernel* transposed_;
  const Bands bands_;
  const KernelSums kernel_sums_;
  float* dkernel_;  // or the sums for it
  float* dbias_;
  bool is_first_ = true;
};

}  // namespace

void convolution_gradients(const Convolution& given, const ConvolutionGradients& gradients) {
  const Convolution convolution = simplified(given);
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
