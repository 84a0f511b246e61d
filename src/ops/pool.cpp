
#include "keratin/op.hpp"
#include "keratin/ops/images.hpp"
#include "kernels/simd.hpp"
#include "ops/parallel_windows.hpp"
#include "ops/windows.hpp"

namespace keratin::ops {

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
        accumulate(x, [&](Tensor& dx, float keep) {
          const kernels::Windows windows =
              windows_on(Images(x.shape(), op.name), window, options, op.name);
          parallel_images(windows, dx, keep, [&](const kernels::PatchRows& rows) {
            kernels::simd().max_pool_gradient(rows, x.value().data(), y.data(), dy.data(),
                                              dx.data());
          });
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
        accumulate(x, [&](Tensor& dx, float keep) {
          const kernels::Windows windows =
              windows_on(Images(x.shape(), op.name), window, options, op.name);
          parallel_images(windows, dx, keep, [&](const kernels::PatchRows& rows) {
            kernels::simd().average_pool_gradient(rows, dy.data(), dx.data());
          });
        });
      });
}

}  // namespace keratin::ops
