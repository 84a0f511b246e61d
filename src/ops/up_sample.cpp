#include <algorithm>
#include <array>
#include <cmath>

#include "keratin/op.hpp"
#include "keratin/ops/images.hpp"
#include "kernels/pool.hpp"
#include "ops/windows.hpp"

namespace keratin::ops {

namespace {

// An output place is (1 - share) times the input place `low` plus share times `high`.
struct Mix {
  std::size_t low, high;
  float share;
};

Mix mix_of(std::size_t place, std::size_t factor, std::size_t size, Interpolation interpolation) {
  if (interpolation == Interpolation::nearest) return {place / factor, place / factor, 0};
  const float at = (static_cast<float>(place) + 0.5f) / static_cast<float>(factor) - 0.5f;
  const float below = std::floor(at);
  const std::size_t low = below < 0 ? 0 : static_cast<std::size_t>(below);
  const std::size_t high = std::min(static_cast<std::size_t>(below + 1), size - 1);
  return {low, high, at - below};
}

struct Enlargement {
  Images images;
  std::size_t height_factor, width_factor;
  Interpolation interpolation;
};

// Calls body(to, from, weight) for each pixel `to` of the larger images and the pixels `from` that
// it is made of. Both are indices of their first channels.
template <class Body>
void each_pixel(const Enlargement& sizes, const Body& body) {
  constexpr std::size_t values_per_slice = 1 << 14;
  const Images& images = sizes.images;
  const std::size_t channels = images.channels, line = images.width * channels;
  const std::size_t height = images.height * sizes.height_factor;
  const std::size_t width = images.width * sizes.width_factor;
  const std::size_t grain = values_per_slice / (height * width * channels + 1) + 1;
  kernels::parallel_slices(images.batch, grain, [&](std::size_t first, std::size_t count) {
    for (std::size_t image = first; image < first + count; ++image)
      for (std::size_t row = 0; row < height; ++row) {
        const Mix down = mix_of(row, sizes.height_factor, images.height, sizes.interpolation);
        const std::size_t upper = (image * images.height + down.low) * line;
        const std::size_t lower = (image * images.height + down.high) * line;
        for (std::size_t column = 0; column < width; ++column) {
          const Mix across = mix_of(column, sizes.width_factor, images.width, sizes.interpolation);
          const std::size_t to = ((image * height + row) * width + column) * channels;
          const auto add = [&](std::size_t from_line, std::size_t pixel, float weight) {
            if (weight != 0) body(to, from_line + pixel * channels, weight);
          };
          add(upper, across.low, (1 - down.share) * (1 - across.share));
          add(upper, across.high, (1 - down.share) * across.share);
          add(lower, across.low, down.share * (1 - across.share));
          add(lower, across.high, down.share * across.share);
        }
      }
  });
}

}  // namespace

Node up_sample(Node x, Size2D factors, Interpolation interpolation) {
  static constexpr Op op{"up_sample"};
  factors.check_at_least(1, op.name, "the factor");
  const Images images(x.shape(), op.name);
  const Enlargement sizes{images, static_cast<std::size_t>(factors[0]),
                          static_cast<std::size_t>(factors[1]), interpolation};
  Shape shape = x.shape();
  const std::size_t rank = shape.size();
  shape[rank - 2] *= sizes.width_factor;
  if (rank == 4)
    shape[1] *= sizes.height_factor;
  else
    check(factors[0] == 1, op.name, "a sequence has no height: the first factor is ", factors[0],
          ", wanted 1");
  return record(
      op, {x}, shape,
      [&](Tensor& y) {
        y.fill(0);
        each_pixel(sizes, [&](std::size_t to, std::size_t from, float weight) {
          for (std::size_t c = 0; c < sizes.images.channels; ++c)
            y.data()[to + c] += weight * x.value().data()[from + c];
        });
      },
      [x, sizes](const Tensor&, const Tensor& dy) {
        accumulate_sum(x, [&](Tensor& dx) {
          each_pixel(sizes, [&](std::size_t from, std::size_t to, float weight) {
            for (std::size_t c = 0; c < sizes.images.channels; ++c)
              dx.data()[to + c] += weight * dy.data()[from + c];
          });
        });
      });
}

}  // namespace keratin::ops
