#include "keratin/op.hpp"
#include "keratin/ops/images.hpp"
#include "kernels/convolution.hpp"
#include "ops/fused.hpp"
#include "ops/sums.hpp"
#include "ops/windows.hpp"

namespace keratin::ops {

namespace {

constexpr const char* conv_name = "conv";

kernels::Convolution convolution_of(const Shape& x, const Shape& kernel,
                                    const WindowOptions& options) {
  const Images images(x, conv_name);
  check(kernel.size() == x.size(), conv_name, "kernel has shape ", kernel,
        ", wanted as many axes as ", x);
  const bool sequences = kernel.size() == 3;
  const std::size_t height = sequences ? 1 : kernel[0], width = kernel[sequences ? 0 : 1];
  const std::size_t channels = kernel[kernel.size() - 2], filters = kernel.back();
  check(channels > 0 && filters > 0 && images.channels % channels == 0, conv_name,
        "cannot share the channels of ", x, " among groups of kernel ", kernel);
  const std::size_t groups = images.channels / channels;
  check(groups > 0 && filters % groups == 0, conv_name, "cannot share the ", filters,
        " filters of kernel ", kernel, " among ", groups, " groups of the channels of ", x);
  const Size2D window(static_cast<int>(height), static_cast<int>(width));
  return {windows_on(images, window, options, conv_name), filters, groups};
}

}  // namespace

Node conv(Node x, Node kernel, std::optional<Node> bias, const WindowOptions& options,
          Fused activation) {
  const kernels::Convolution sizes = convolution_of(x.shape(), kernel.shape(), options);
  const std::size_t filters = sizes.filters;
  if (bias)
    check(bias->shape() == Shape{filters}, conv_name, "bias has shape ", bias->shape(), ", wanted ",
          Shape{filters});
  static constexpr Op op{.name = "conv", .takes_deferred = true};
  return record(
      op, {x, kernel, bias.value_or(kernel)}, grid_shape(x.shape(), sizes.windows, filters),
      [&](Tensor& y) {
        const float* b = bias ? bias->value().data() : nullptr;
        const auto finish = epilogue_of(activation);
        kernels::convolve(sizes, x.value().data(), kernel.value().data(), y.data(), false,
                          [&](const kernels::Tile& tile) {
                            if (!b && activation == Fused::none) return;
                            finish(y.data() + tile.row * filters, b, tile.rows, filters, filters);
                          });
      },
      [x, kernel, bias, options, activation](const Tensor& y, const Tensor& dy) {
        kernels::ConvolutionGradients gradients{.x = x.value().data(),
                                                .kernel = kernel.value().data(),
                                                .dy = dy.data(),
                                                .y = y.data(),
                                                .activation = gradient_of(activation)};
        SamplesFunction* const deferred = x.tape().deferred();
        const auto gradient_of_image = [deferred](std::size_t image, float* gradient) {
          (*deferred)(image, 1, gradient);
        };
        if (deferred) gradients.dy_of_image = gradient_of_image;
        gradients.dx = wanted_sum(x);
        gradients.dkernel = wanted_sum(kernel);
        if (bias) gradients.dbias = wanted_sum(*bias);
        kernels::convolution_gradients(convolution_of(x.shape(), kernel.shape(), options),
                                       gradients);
      });
}

}  // namespace keratin::ops
