#include "keratin/op.hpp"
#include "keratin/ops/images.hpp"
#include "kernels/convolution.hpp"
#include "ops/fused.hpp"
#include "ops/parallel_windows.hpp"
#include "ops/sums.hpp"
#include "ops/windows.hpp"

namespace keratin::ops {

namespace {

constexpr Op conv_transpose_op{"conv_transpose"};

// The length along an axis of the input that a convolution turns into `count` windows.
std::size_t input_size(std::size_t count, int window, int stride, int dilation, bool valid,
                       std::optional<int> output_padding) {
  const int reach = (window - 1) * dilation + 1;
  const int windows = static_cast<int>(count);
  int size = 0;
  if (!output_padding)
    size = windows * stride + (valid ? std::max(reach - stride, 0) : 0);
  else
    size = (windows - 1) * stride + reach - (valid ? 0 : 2 * (reach / 2)) + *output_padding;
  check(size > 0, conv_transpose_op.name, "a window of size ", window, " leaves nothing of size ",
        count);
  return static_cast<std::size_t>(size);
}

// The convolution whose input has the shape of the result, and whose output has that of x.
kernels::Convolution convolution_of(const Shape& result, const Shape& x, const Shape& kernel,
                                    const WindowOptions& options) {
  const kernels::Windows windows = windows_on(Images(result, conv_transpose_op.name),
                                              window_of(kernel), options, conv_transpose_op.name);
  check(grid_shape(result, windows, x.back()) == x, conv_transpose_op.name,
        "no convolution with these options turns ", result, " into ", x,
        ": wanted another output_padding");
  return {windows, x.back(), 1};
}

}  // namespace

Shape conv_transpose_output_shape(const Shape& image, Size2D window, const WindowOptions& options,
                                  std::optional<Size2D> output_padding) {
  const std::size_t rank = image.size();
  check(rank == 2 || rank == 3, conv_transpose_op.name, "got samples of shape ", image,
        ", wanted (height, width, channels) or (steps, channels)");
  Shape shape = image;
  for (std::size_t axis = rank == 2 ? 1 : 0; axis < 2; ++axis) {
    std::size_t& size = shape[rank - 3 + axis];
    size = input_size(size, window[axis], options.strides[axis], options.dilation_rate[axis],
                      options.padding == Padding::valid,
                      output_padding ? std::optional((*output_padding)[axis]) : std::nullopt);
  }
  return shape;
}

Node conv_transpose(Node x, Node kernel, std::optional<Node> bias, const WindowOptions& options,
                    std::optional<Size2D> output_padding, Fused activation) {
  const char* name = conv_transpose_op.name;
  const Shape& weights = kernel.shape();
  check(weights.size() == x.shape().size() && weights.size() >= 3 &&
            weights.back() == x.shape().back(),
        name, "kernel ", weights, " does not suit inputs ", x.shape());
  const std::size_t filters = weights[weights.size() - 2];
  Shape shape = conv_transpose_output_shape(x.shape().without_batch(), window_of(weights), options,
                                            output_padding)
                    .with_batch(x.shape().front());
  shape[shape.size() - 1] = filters;
  if (bias)
    check(bias->shape() == Shape{filters}, name, "bias has shape ", bias->shape(), ", wanted ",
          Shape{filters});
  const kernels::Convolution sizes = convolution_of(shape, x.shape(), weights, options);
  return record(
      conv_transpose_op, {x, kernel, bias.value_or(kernel)}, shape,
      [&](Tensor& y) {
        kernels::convolution_gradients(sizes, {.x = nullptr,
                                               .kernel = kernel.value().data(),
                                               .dy = x.value().data(),
                                               .dx = {y.data(), false}});
        if (!bias && activation == Fused::none) return;
        constexpr std::size_t values_per_slice = 1 << 14;
        kernels::parallel_slices(y.size() / filters, values_per_slice / filters + 1,
                                 [&](std::size_t first, std::size_t count) {
                                   epilogue_of(activation)(y.data() + first * filters,
                                                           bias ? bias->value().data() : nullptr,
                                                           count, filters, filters);
                                 });
      },
      [x, kernel, bias, options, activation](const Tensor& y, const Tensor& dy) {
        const kernels::Convolution grid =
            convolution_of(y.shape(), x.shape(), kernel.shape(), options);
        const std::size_t channels = y.shape().back();
        const Tensor& dz = before_activation(activation, y, dy, x.tape());
        accumulate(x, [&](Tensor& dx, float keep) {
          kernels::convolve(grid, dz.data(), kernel.value().data(), dx.data(), keep != 0);
        });
        accumulate(kernel, [&](Tensor& dkernel, float keep) {
          kernels::convolution_gradients(grid, {.x = dz.data(),
                                                .kernel = kernel.value().data(),
                                                .dy = x.value().data(),
                                                .dkernel = {dkernel.data(), keep != 0}});
        });
        if (bias)
          accumulate(*bias, [&](Tensor& dbias, float keep) {
            kernels::simd().column_sums(dz.data(), dz.size() / channels, channels, channels,
                                        dbias.data(), keep != 0);
          });
      });
}

}  // namespace keratin::ops
