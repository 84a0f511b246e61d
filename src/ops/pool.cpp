
#include "keratin/op.hpp"
#include "keratin/ops/images.hpp"
#include "kernels/simd.hpp"
#include "ops/parallel_windows.hpp"
#include "ops/windows.hpp"

namespace keratin::ops {

namespace {

// Hands on the gradient of a pooling of x: add(rows, dx, accumulate) writes it, or adds it, to the
// places of all images that start at dx, for the windows `rows`.
template <class Add>
void hand_on(Node x, Size2D window, const WindowOptions& options, const Op& op, const Add& add) {
  const auto write = [=](std::size_t first, std::size_t count, float* dx, bool accumulate) {
    const kernels::Windows windows =
        windows_on(Images(x.shape(), op.name), window, options, op.name);
    float* const all = dx - first * windows.image_size();
    parallel_images(windows, first, count, dx, accumulate,
                    [&](const kernels::PatchRows& rows, bool adds) { add(rows, all, adds); });
  };
  const bool deferred = defer(x, [write](std::size_t first, std::size_t count, float* dx) {
    write(first, count, dx, false);
  });
  if (!deferred)
    accumulate(x, [&](Tensor& dx, float keep) { write(0, x.shape()[0], dx.data(), keep != 0); });
}

}  // namespace

Node max_pool(Node x, Size2D window, const WindowOptions& options) {
  static constexpr Op op{"max_pool"};
  const Images images(x.shape(), op.name);
  const kernels::Windows windows = windows_on(images, window, options, op.name);
  return record(
      op, {x}, grid_shape(x.shape(), windows, images.channels),
      [&](Tensor& y) {
        parallel_windows(windows, [&](const kernels::PatchRows& rows) {
          kernels::simd().max_pool(rows, x.value().data(), y.data());
        });
      },
      [x, window, options](const Tensor& y, const Tensor& dy) {
        const float *in = x.value().data(), *best = y.data(), *gradient = dy.data();
        hand_on(x, window, options, op, [=](const kernels::PatchRows& rows, float* dx, bool adds) {
          kernels::simd().max_pool_gradient(rows, in, best, gradient, dx, adds);
        });
      });
}

Node average_pool(Node x, Size2D window, const WindowOptions& options) {
  static constexpr Op op{"average_pool"};
  const Images images(x.shape(), op.name);
  const kernels::Windows windows = windows_on(images, window, options, op.name);
  return record(
      op, {x}, grid_shape(x.shape(), windows, images.channels),
      [&](Tensor& y) {
        parallel_windows(windows, [&](const kernels::PatchRows& rows) {
          kernels::simd().average_pool(rows, x.value().data(), y.data());
        });
      },
      [x, window, options](const Tensor&, const Tensor& dy) {
        const float* gradient = dy.data();
        hand_on(x, window, options, op, [=](const kernels::PatchRows& rows, float* dx, bool adds) {
          kernels::simd().average_pool_gradient(rows, gradient, dx, adds);
        });
      });
}

}  // namespace keratin::ops
