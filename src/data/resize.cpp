#include "data/resize.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr const char* names[] = {"bilinear", "nearest",  "bicubic",  "area",
                                 "lanczos3", "lanczos5", "gaussian", "mitchellcubic"};

/// How one pixel of the result is made along an axis: the weighted sum of neighbouring pixels.
struct Taps {
  std::size_t first = 0;
  std::vector<float> weights;
};

float bicubic(float x) {  // Keys' cubic, a = -0.5
  x = std::abs(x);
  if (x >= 2) return 0;
  if (x >= 1) return ((-0.5f * x + 2.5f) * x - 4.0f) * x + 2.0f;
  return ((1.5f * x - 2.5f) * x) * x + 1.0f;
}

float mitchell(float x) {  // Mitchell and Netravali, B = C = 1/3
  x = std::abs(x);
  if (x >= 2) return 0;
  if (x >= 1) return (((-7.0f / 18.0f) * x + 2.0f) * x - 10.0f / 3.0f) * x + 16.0f / 9.0f;
  return (((7.0f / 6.0f) * x - 2.0f) * x) * x + 8.0f / 9.0f;
}

float lanczos(float x, float radius) {
  constexpr float pi = 3.14159265359f;
  x = std::abs(x);
  if (x > radius) return 0;
  if (x <= 1e-3f) return 1;
  return radius * std::sin(pi * x) * std::sin(pi * x / radius) / (pi * pi * x * x);
}

float gaussian(float x) {  // standard deviation 0.5, cut off at 1.5
  x = std::abs(x);
  return x >= 1.5f ? 0 : std::exp(-x * x / 0.5f);
}

// TensorFlow takes the cubic's weights from a table of 1024 steps per pixel.
float in_steps(float centre) {
  constexpr float steps = 1024;
  const float pixel = std::floor(centre - 0.5f);
  return pixel + 0.5f + std::nearbyint((centre - 0.5f - pixel) * steps) / steps;
}

struct Kernel {
  float radius;
  float (*weight)(float distance);
};

Kernel kernel_of(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::lanczos3: return {3, [](float x) { return lanczos(x, 3); }};
    case Interpolation::lanczos5: return {5, [](float x) { return lanczos(x, 5); }};
    case Interpolation::gaussian: return {1.5f, gaussian};
    case Interpolation::mitchellcubic: return {2, mitchell};
    default: return {2, bicubic};
  }
}

// Weights of pixels first ... last, made to sum to 1.
Taps normalized(std::ptrdiff_t first, std::ptrdiff_t last, const auto& weight) {
  Taps taps{static_cast<std::size_t>(first), {}};
  float sum = 0;
  for (std::ptrdiff_t i = first; i <= last; ++i) {
    taps.weights.push_back(weight(i));
    sum += taps.weights.back();
  }
  if (std::abs(sum) > 1e-6f)
    for (float& each : taps.weights) each /= sum;
  return taps;
}

// The `out_size` pixels made of `in_size` ones. Pixel i covers [i, i + 1).
std::vector<Taps> taps_of(Interpolation interpolation, std::size_t in_size, std::size_t out_size) {
  const float scale = static_cast<float>(in_size) / static_cast<float>(out_size);
  const auto last = static_cast<std::ptrdiff_t>(in_size) - 1;
  const auto inside = [last](float x) {
    return std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(std::floor(x)), 0, last);
  };
  std::vector<Taps> all;
  for (std::size_t i = 0; i < out_size; ++i) {
    const float centre = (static_cast<float>(i) + 0.5f) * scale;
    if (interpolation == Interpolation::nearest) {
      all.push_back({static_cast<std::size_t>(inside(centre)), {1.0f}});
    } else if (interpolation == Interpolation::bilinear) {
      const float at = centre - 0.5f, share = at - std::floor(at);
      const std::ptrdiff_t low =
          std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(std::floor(at)));
      const std::ptrdiff_t high =
          std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(std::ceil(at)), 0, last);
      if (high == low)
        all.push_back({static_cast<std::size_t>(low), {1.0f}});
      else
        all.push_back({static_cast<std::size_t>(low), {1.0f - share, share}});
    } else if (interpolation == Interpolation::area) {
      const float start = static_cast<float>(i) * scale, end = static_cast<float>(i + 1) * scale;
      const auto covered = [&](std::ptrdiff_t pixel) {
        const auto left = static_cast<float>(pixel);
        return std::max(0.0f, std::min(left + 1, end) - std::max(left, start));
      };
      all.push_back(normalized(inside(start), inside(std::ceil(end) - 1), covered));
    } else {
      const Kernel kernel = kernel_of(interpolation);
      const float at = interpolation == Interpolation::bicubic ? in_steps(centre) : centre;
      const auto weight = [&](std::ptrdiff_t pixel) {
        return kernel.weight(static_cast<float>(pixel) + 0.5f - at);
      };
      all.push_back(normalized(inside(std::ceil(at - kernel.radius - 0.5f)),
                               inside(at + kernel.radius - 0.5f), weight));
    }
  }
  return all;
}

/// A part of a picture.
struct Window {
  std::size_t top, left, height, width;
};

// smart_resize's sizes, in float32 as TensorFlow's graph computes them.
Window cropped(const Image& image, std::size_t height, std::size_t width) {
  const auto fitting = [](std::size_t other, std::size_t wanted, std::size_t other_wanted,
                          std::size_t most) {
    const float size = static_cast<float>(other * wanted) / static_cast<float>(other_wanted);
    return std::clamp<std::size_t>(static_cast<std::size_t>(size), 1, most);
  };
  const std::size_t crop_height = fitting(image.width, height, width, image.height);
  const std::size_t crop_width = fitting(image.height, width, height, image.width);
  return {(image.height - crop_height) / 2, (image.width - crop_width) / 2, crop_height,
          crop_width};
}

// Writes the resized window into rows of `row_stride` floats.
void resize_window(const Image& image, const Window& window, Interpolation interpolation,
                   std::size_t height, std::size_t width, std::size_t row_stride, float* out) {
  const std::vector<Taps> rows = taps_of(interpolation, window.height, height);
  const std::vector<Taps> columns = taps_of(interpolation, window.width, width);
  const std::size_t channels = image.channels;
  std::vector<float> sums(window.width * channels);  // of the rows that a row of the result takes
  for (std::size_t y = 0; y < height; ++y, out += row_stride) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (std::size_t i = 0; i < rows[y].weights.size(); ++i) {
      const std::size_t row = window.top + rows[y].first + i;
      const unsigned char* in = &image.pixels[(row * image.width + window.left) * channels];
      for (std::size_t x = 0; x < sums.size(); ++x)
        sums[x] += rows[y].weights[i] * static_cast<float>(in[x]);
    }
    std::fill_n(out, width * channels, 0.0f);
    for (std::size_t x = 0; x < width; ++x)
      for (std::size_t i = 0; i < columns[x].weights.size(); ++i)
        for (std::size_t c = 0; c < channels; ++c)
          out[x * channels + c] +=
              columns[x].weights[i] * sums[(columns[x].first + i) * channels + c];
  }
}

// tf.image.resize_with_pad's sizes.
Window padded(const Image& image, std::size_t height, std::size_t width) {
  const auto in_height = static_cast<float>(image.height),
             in_width = static_cast<float>(image.width);
  const float ratio =
      std::max(in_width / static_cast<float>(width), in_height / static_cast<float>(height));
  const auto inner = [ratio](float size, std::size_t most) {
    return std::clamp<std::size_t>(static_cast<std::size_t>(std::floor(size / ratio)), 1, most);
  };
  const std::size_t inner_height = inner(in_height, height), inner_width = inner(in_width, width);
  const auto margin = [ratio](std::size_t whole, float size) {
    const float left = (static_cast<float>(whole) - size / ratio) / 2;
    return static_cast<std::size_t>(std::max(0.0f, std::floor(left)));
  };
  return {std::min(margin(height, in_height), height - inner_height),
          std::min(margin(width, in_width), width - inner_width), inner_height, inner_width};
}

}  // namespace

Interpolation interpolation_named(const char* where, const std::string& name) {
  const auto* const at = std::find(std::begin(names), std::end(names), name);
  check(at != std::end(names), where, "unknown interpolation '", name, "', known are ",
        joined(names, [](const char* each) { return std::string(each); }));
  return static_cast<Interpolation>(at - std::begin(names));
}

void resize(const Image& image, Interpolation interpolation, Fit fit, std::size_t height,
            std::size_t width, float* out) {
  const std::size_t row = width * image.channels;
  const Window whole{0, 0, image.height, image.width};
  if (fit == Fit::pad) {
    const Window inner = padded(image, height, width);
    std::fill_n(out, height * row, 0.0f);
    resize_window(image, whole, interpolation, inner.height, inner.width, row,
                  out + inner.top * row + inner.left * image.channels);
  } else {
    const Window window = fit == Fit::crop ? cropped(image, height, width) : whole;
    resize_window(image, window, interpolation, height, width, row, out);
  }
}

}  // namespace keratin
