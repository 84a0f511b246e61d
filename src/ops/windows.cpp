#include "ops/windows.hpp"

#include "keratin/check.hpp"
#include "keratin/family.hpp"

namespace keratin {

namespace {

constexpr NamedValue<Padding::Kind> kinds[] = {
    {"valid", Padding::valid}, {"same", Padding::same}, {"causal", Padding::causal}};

}  // namespace

Padding::Padding(const std::string& name) {
  const std::span<const NamedValue<Kind>> rows = kinds;
  const NamedValue<Kind>* row = find_row(rows, name);
  if (!row) fail_unknown("padding", rows, name);
  kind_ = row->value;
}

Config Padding::config() const { return kinds[kind_].class_name; }

Padding Padding::from_config(const Config& config) {
  return value_of<std::string>(config, "window", "padding");
}

namespace ops {

namespace {

kernels::WindowAxis axis_of(std::size_t size, int window, int stride, int dilation,
                            Padding padding) {
  kernels::WindowAxis axis{};
  axis.size = size;
  axis.window = static_cast<std::size_t>(window);
  axis.stride = static_cast<std::size_t>(stride);
  axis.dilation = static_cast<std::size_t>(dilation);
  const std::size_t reach = (axis.window - 1) * axis.dilation + 1;
  if (padding == Padding::valid) {
    axis.count = size < reach ? 0 : (size - reach) / axis.stride + 1;
  } else {
    axis.count = size == 0 ? 0 : (size - 1) / axis.stride + 1;
    const std::size_t covered = axis.count == 0 ? 0 : (axis.count - 1) * axis.stride + reach;
    const std::size_t beyond = covered > size ? covered - size : 0;
    axis.before = padding == Padding::causal ? reach - 1 : beyond / 2;
  }
  return axis;
}

}  // namespace

Images::Images(const Shape& shape, const char* where) {
  check(shape.size() == 3 || shape.size() == 4, where, "got shape ", shape,
        ", wanted images (batch, height, width, channels) or sequences (batch, steps, channels)");
  const bool sequences = shape.size() == 3;
  batch = shape.front();
  height = sequences ? 1 : shape[1];
  width = shape[sequences ? 1 : 2];
  channels = shape.back();
}

Size2D window_of(const Shape& kernel) {
  const bool sequences = kernel.size() == 3;
  return {sequences ? 1 : static_cast<int>(kernel[0]), static_cast<int>(kernel[sequences ? 0 : 1])};
}

kernels::Windows windows_on(const Images& images, Size2D window, const WindowOptions& options,
                            const char* where) {
  window.check_at_least(1, where, "the size of the window");
  options.strides.check_at_least(1, where, "strides");
  options.dilation_rate.check_at_least(1, where, "dilation_rate");
  const bool is_sequence = images.height == 1 && window[0] == 1;
  check(options.padding != Padding::causal || is_sequence, where,
        "padding is 'causal', wanted 'valid' or 'same' for images");
  const auto axis = [&](std::size_t size, std::size_t i) {
    return axis_of(size, window[i], options.strides[i], options.dilation_rate[i], options.padding);
  };
  const kernels::Windows windows{images.batch, axis(images.height, 0), axis(images.width, 1),
                                 images.channels};
  check(windows.per_image() > 0, where, "a window of size ", window[0], " x ", window[1],
        " does not fit into an image of size ", images.height, " x ", images.width,
        ": wanted a smaller window, or padding 'same'");
  return windows;
}

Shape grid_shape(const Shape& shape, const kernels::Windows& windows, std::size_t channels) {
  Shape grid = shape;
  const std::size_t rank = shape.size();
  if (rank == 4) grid[1] = windows.vertical.count;
  grid[rank - 2] = windows.horizontal.count;
  grid[rank - 1] = channels;
  return grid;
}

Shape window_output_shape(const Shape& image, Size2D window, const WindowOptions& options) {
  const Shape batch = image.with_batch(1);
  const Images images(batch, "window");
  return grid_shape(batch, windows_on(images, window, options, "window"), images.channels)
      .without_batch();
}

}  // namespace ops

}  // namespace keratin
