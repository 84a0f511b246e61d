#include <algorithm>

#include "core/thread_buffer.hpp"
#include "keratin/op.hpp"
#include "keratin/ops/images.hpp"
#include "kernels/parts.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"
#include "ops/fused.hpp"
#include "ops/parallel_windows.hpp"
#include "ops/sums.hpp"
#include "ops/windows.hpp"

namespace keratin::ops {

namespace {

constexpr Op depthwise_op{"depthwise_conv"};

// Each channel as often as it has filters, side by side.
Node repeat_channels(Node x, std::size_t times) {
  if (times == 1) return x;
  Shape shape = x.shape();
  shape[shape.size() - 1] *= times;
  static constexpr Op op{"repeat_channels"};
  return record(
      op, {x}, shape,
      [&](Tensor& y) {
        float* out = y.data();
        for (const float value : x.value().values()) out = std::fill_n(out, times, value);
      },
      [x, times](const Tensor&, const Tensor& dy) {
        accumulate_each(x, [&](std::size_t i) {
          float sum = 0;
          for (std::size_t k = 0; k < times; ++k) sum += dy.data()[i * times + k];
          return sum;
        });
      });
}

// The gradients for some images. dkernel and dbias are overwritten.
void depthwise_gradients(const kernels::Windows& windows, const kernels::PatchRows& rows, Node x,
                         Node kernel, Fused activation, const Tensor& y, const Tensor& dy,
                         kernels::Sum dx, float* dkernel, float* dbias) {
  const auto& simd = kernels::simd();
  const std::size_t channels = windows.channels, per_image = windows.per_image();
  const std::size_t images = rows.count / per_image, first_image = rows.first / per_image;
  const float* dz = dy.data();
  if (const auto gradient = gradient_of(activation)) {
    thread_local constinit ThreadBuffer buffer;
    const std::size_t from = rows.first * channels, size = rows.count * channels;
    float* values = buffer.reserve(size);
    gradient(y.data() + from, y.data() + from, dz + from, values, size, 0, 0, false);
    dz = values - from;  // only these images are read
  }
  if (dbias)
    simd.column_sums(dz + rows.first * channels, rows.count, channels, channels, dbias, false);
  if (dkernel) {
    std::fill_n(dkernel, windows.places() * channels, 0.0f);
    simd.depthwise_kernel_gradient(rows, x.value().data(), dz, dkernel);
  }
  if (!dx.values) return;
  if (!dx.accumulate)
    std::fill_n(dx.values + first_image * windows.image_size(), images * windows.image_size(),
                0.0f);
  simd.depthwise_gradient(rows, kernel.value().data(), dz, dx.values);
}

}  // namespace

Node depthwise_conv(Node x, Node kernel, std::optional<Node> bias, const WindowOptions& options,
                    Fused activation) {
  const char* name = depthwise_op.name;
  const std::size_t rank = kernel.shape().size();
  check(rank == x.shape().size() && rank >= 3 && kernel.shape()[rank - 2] == x.shape().back(), name,
        "kernel ", kernel.shape(), " does not suit inputs ", x.shape());
  x = repeat_channels(x, kernel.shape().back());
  const Images images(x.shape(), name);
  const Size2D window = window_of(kernel.shape());
  const kernels::Windows windows = windows_on(images, window, options, name);
  const std::size_t channels = images.channels;
  if (bias)
    check(bias->shape() == Shape{channels}, name, "bias has shape ", bias->shape(), ", wanted ",
          Shape{channels});
  return record(
      depthwise_op, {x, kernel, bias.value_or(kernel)}, grid_shape(x.shape(), windows, channels),
      [&](Tensor& y) {
        const float* b = bias ? bias->value().data() : nullptr;
        parallel_windows(windows, [&](const kernels::PatchRows& rows) {
          kernels::simd().depthwise(rows, x.value().data(), kernel.value().data(), y.data());
          if (b || activation != Fused::none)
            epilogue_of(activation)(y.data() + rows.first * channels, b, rows.count, channels,
                                    channels);
        });
      },
      [x, kernel, bias, options, activation](const Tensor& y, const Tensor& dy) {
        const kernels::Windows grid =
            windows_on(Images(x.shape(), depthwise_op.name), window_of(kernel.shape()), options,
                       depthwise_op.name);
        const kernels::Sum dx = wanted_sum(x), dkernel = wanted_sum(kernel),
                           dbias = bias ? wanted_sum(*bias) : kernels::Sum();
        const std::size_t kernel_size = kernel.value().size(), per_image = grid.per_image();
        kernels::sum_parts(
            grid.batch, grid.count() * kernel_size, kernel_size, dkernel, grid.channels, dbias,
            [&](std::size_t first, std::size_t count, float* kernel_sum, float* bias_sum) {
              depthwise_gradients(grid, {&grid, first * per_image, count * per_image}, x, kernel,
                                  activation, y, dy, dx, kernel_sum, bias_sum);
            });
      });
}

}  // namespace keratin::ops
