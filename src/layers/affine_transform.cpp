#include "layers/affine_transform.hpp"

#include <algorithm>
#include <cmath>

#include "keratin/op.hpp"
#include "kernels/pool.hpp"

namespace keratin::layers {

namespace {

using Fill = Sampling::Fill;

// The coordinate inside of an axis that stands for `at`: TensorFlow's MapCoordinate, in
// kernels/image/image_ops.h.
float inside(float at, std::size_t size, Fill fill) {
  const auto length = static_cast<float>(size);
  const float last = length - 1;
  if (fill == Fill::constant) return at;
  if (fill == Fill::nearest || size == 1) return std::clamp(at, 0.0f, last);
  if (fill == Fill::reflect) {  // abcd to dcba|abcd|dcba
    const float period = 2 * length;
    if (at < 0) {
      if (at < period) at += period * std::trunc(-at / period);
      at = at < -length ? at + period : -at - 1;
    } else if (at > last) {
      at -= period * std::trunc(at / period);
      if (at >= length) at = period - at - 1;
    }
  } else {  // abcd to abcd|abcd|abcd
    if (at < 0)
      at += length * (std::trunc(-at / last) + 1);
    else if (at > last)
      at -= length * std::trunc(at / last);
  }
  return std::clamp(at, 0.0f, last);
}

// Up to four pixels and their weights: what one pixel of the result is made of.
struct Sample {
  struct Part {
    std::ptrdiff_t pixel;  // or -1: the fill value
    float weight;
  };
  Part parts[4];
  int count = 0;
};

Sample sample_at(float column, float row, std::size_t height, std::size_t width,
                 const Sampling& how) {
  column = inside(column, width, how.fill);
  row = inside(row, height, how.fill);
  Sample sample;
  const auto add = [&](float i, float j, float weight) {
    const bool is_inside =
        i >= 0 && j >= 0 && i < static_cast<float>(height) && j < static_cast<float>(width);
    const std::ptrdiff_t pixel =
        is_inside ? static_cast<std::ptrdiff_t>(i) * static_cast<std::ptrdiff_t>(width) +
                        static_cast<std::ptrdiff_t>(j)
                  : -1;
    sample.parts[sample.count] = {pixel, weight};
    ++sample.count;
  };
  if (!how.bilinear) {
    add(std::round(row), std::round(column), 1);
    return sample;
  }
  const float top = std::floor(row), left = std::floor(column);
  const float down = row - top, right = column - left;
  add(top, left, (1 - down) * (1 - right));
  add(top, left + 1, (1 - down) * right);
  add(top + 1, left, down * (1 - right));
  add(top + 1, left + 1, down * right);
  return sample;
}

// Calls body(picture, pixel of the result, sample), pictures in parallel.
template <class Body>
void each_pixel(const Shape& shape, const Tensor& maps, const Sampling& how, const Body& body) {
  const std::size_t height = shape[1], width = shape[2];
  const auto picture = [&](std::size_t first, std::size_t count) {
    for (std::size_t n = first; n < first + count; ++n) {
      const float* a = maps.data() + n * 6;
      for (std::size_t i = 0; i < height; ++i)
        for (std::size_t j = 0; j < width; ++j) {
          const auto y = static_cast<float>(i), x = static_cast<float>(j);
          body(n, i * width + j,
               sample_at(a[0] * x + a[1] * y + a[2], a[3] * x + a[4] * y + a[5], height, width,
                         how));
        }
    }
  };
  const std::size_t grain =
      std::max<std::size_t>(1, 4096 / std::max<std::size_t>(1, height * width));
  kernels::parallel_slices(shape[0], grain, picture);
}

}  // namespace

Sampling::Sampling(const std::string& fill_mode, const std::string& interpolation, double value,
                   const char* where)
    : bilinear(interpolation == "bilinear"), fill_value(static_cast<float>(value)) {
  const char* const names[] = {"reflect", "wrap", "constant", "nearest"};
  const auto found = std::find(std::begin(names), std::end(names), fill_mode);
  check(found != std::end(names), where, "fill_mode is '", fill_mode,
        "', wanted 'reflect', 'wrap', 'constant' or 'nearest'");
  check(bilinear || interpolation == "nearest", where, "interpolation is '", interpolation,
        "', wanted 'bilinear' or 'nearest'");
  fill = static_cast<Fill>(found - std::begin(names));
}

Node affine_transform(Node x, Node maps, const Sampling& how) {
  const Shape shape = x.shape();
  const std::size_t channels = shape[3], pixels = shape[1] * shape[2];
  static constexpr Op op{"affine_transform"};
  return record(
      op, {x, maps}, shape,
      [&](Tensor& y) {
        each_pixel(shape, maps.value(), how, [&](std::size_t n, std::size_t at, const Sample& s) {
          float* out = y.data() + (n * pixels + at) * channels;
          std::fill_n(out, channels, 0.0f);
          for (int k = 0; k < s.count; ++k) {
            const auto [pixel, weight] = s.parts[k];
            const float* in =
                pixel < 0
                    ? nullptr
                    : x.value().data() + (n * pixels + static_cast<std::size_t>(pixel)) * channels;
            for (std::size_t c = 0; c < channels; ++c)
              out[c] += weight * (in ? in[c] : how.fill_value);
          }
        });
      },
      [x, maps, how, channels, pixels](const Tensor&, const Tensor& dy) {
        accumulate_sum(x, [&](Tensor& dx) {
          each_pixel(dx.shape(), maps.value(), how,
                     [&](std::size_t n, std::size_t at, const Sample& s) {
                       const float* in = dy.data() + (n * pixels + at) * channels;
                       for (int k = 0; k < s.count; ++k) {
                         const auto [pixel, weight] = s.parts[k];
                         if (pixel < 0) continue;
                         float* out =
                             dx.data() + (n * pixels + static_cast<std::size_t>(pixel)) * channels;
                         for (std::size_t c = 0; c < channels; ++c) out[c] += weight * in[c];
                       }
                     });
        });
      });
}

}  // namespace keratin::layers
