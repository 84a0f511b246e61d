#pragma once
// Pooling: functions of the values that a window sees in one channel. Part of simd.cpp, which is
// compiled once per instruction set: see there.

#include <algorithm>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// The places of one window that lie in the image.
struct SeenPlaces {
  std::size_t start;  // of the first in the images
  std::size_t row_step, column_step;
  std::size_t window_row;  // places in a row of the window
  WindowAxis::Places down, across;

  std::size_t count() const { return (down.last - down.first) * (across.last - across.first); }
  // Calls f(at, place) for each: where its first channel is in the images, and which place of the
  // window it is.
  template <class F>
  void each(const F& f) const {
    if (down.last == down.first + 2 && across.last == across.first + 2) {  // most pooling, unrolled
      const std::size_t place = down.first * window_row + across.first;
      f(start, place);
      f(start + column_step, place + 1);
      f(start + row_step, place + window_row);
      return f(start + row_step + column_step, place + window_row + 1);
    }
    std::size_t row = start;
    for (std::size_t i = down.first; i < down.last; ++i, row += row_step) {
      std::size_t at = row;
      for (std::size_t j = across.first; j < across.last; ++j, at += column_step)
        f(at, i * window_row + j);
    }
  }
};

// Calls f(window, places) for each window of `rows`.
template <class F>
void for_each_window(const PatchRows& rows, const F& f) {
  const Windows& windows = *rows.windows;
  const WindowAxis &vertical = windows.vertical, &horizontal = windows.horizontal;
  const std::size_t channels = windows.channels;
  const std::size_t line = horizontal.size * channels;  // of an image
  std::size_t column = rows.first % horizontal.count;
  std::size_t row = rows.first / horizontal.count % vertical.count;
  std::size_t image = rows.first / windows.per_image();
  SeenPlaces places{0,
                    vertical.dilation * line,
                    horizontal.dilation * channels,
                    horizontal.window,
                    vertical.inside(row),
                    {}};
  std::size_t first_line = (image * vertical.size + vertical.at(row, places.down.first)) * line;
  for (std::size_t i = rows.first; i < rows.first + rows.count; ++i) {
    places.across = horizontal.inside(column);
    places.start = first_line + horizontal.at(column, places.across.first) * channels;
    f(i, places);
    if (++column == horizontal.count) {
      column = 0;
      if (++row == vertical.count) {
        row = 0;
        ++image;
      }
      places.down = vertical.inside(row);
      first_line = (image * vertical.size + vertical.at(row, places.down.first)) * line;
    }
  }
}

// Calls f(j, load, store) for each batch of channels from j on: load(x) gives those of x, and
// store(value, y) writes those of y.
template <class F>
void for_each_batch(std::size_t channels, const F& f) {
  std::size_t j = 0;
  for (; j + width <= channels; j += width)
    f(
        j, [](const float* x) { return load(x); },
        [](Batch value, float* y) { value.store_unaligned(y); });
  if (const std::size_t rest = channels - j; rest > 0)
    f(
        j, [rest](const float* x) { return load_some(x, rest, 0); },
        [rest](Batch value, float* y) { store_some(value, y, rest); });
}

// NaN is larger than everything.
void max_pool(const PatchRows& rows, const float* images, float* y) {
  const std::size_t channels = rows.windows->channels;
  for_each_window(rows, [&](std::size_t window, const SeenPlaces& places) {
    for_each_batch(channels, [&](std::size_t j, const auto& load_batch, const auto& store_batch) {
      Batch best = load_batch(images + places.start + j);
      places.each([&](std::size_t at, std::size_t) {
        const Batch x = load_batch(images + at + j);
        best = xsimd::select((x > best) || xsimd::isnan(x), x, best);
      });
      store_batch(best, y + window * channels + j);
    });
  });
}

template <bool accumulate>
void max_pool_gradients(const PatchRows& rows, const float* images, const float* y, const float* dy,
                        float* dimages) {
  const std::size_t channels = rows.windows->channels;
  for_each_window(rows, [&](std::size_t window, const SeenPlaces& places) {
    const std::size_t from = window * channels;
    for_each_batch(channels, [&](std::size_t j, const auto& load_batch, const auto& store_batch) {
      const Batch best = load_batch(y + from + j);
      Batch rest = load_batch(dy + from + j);  // 0 once it has been given to a place
      places.each([&](std::size_t at, std::size_t) {
        const auto is_best = load_batch(images + at + j) == best;
        const Batch given = xsimd::select(is_best, rest, Batch(0.0f));
        float* to = dimages + at + j;
        store_batch(accumulate ? load_batch(to) + given : given, to);
        rest = xsimd::select(is_best, Batch(0.0f), rest);
      });
    });
  });
}

void max_pool_gradient(const PatchRows& rows, const float* images, const float* y, const float* dy,
                       float* dimages, bool accumulate) {
  (accumulate ? max_pool_gradients<true> : max_pool_gradients<false>)(rows, images, y, dy, dimages);
}

// The sum over each window of the values times those of `factors(place, j)`, times `scale(count)`.
template <class Factors, class Scale>
void weighted_sums(const PatchRows& rows, const float* images, float* y, const Factors& factors,
                   const Scale& scale) {
  const std::size_t channels = rows.windows->channels;
  for_each_window(rows, [&](std::size_t window, const SeenPlaces& places) {
    const Batch factor(scale(places.count()));
    for_each_batch(channels, [&](std::size_t j, const auto& load_batch, const auto& store_batch) {
      Batch total(0.0f);
      places.each([&](std::size_t at, std::size_t place) {
        total = xsimd::fma(load_batch(images + at + j), factors(place, j, load_batch), total);
      });
      store_batch(total * factor, y + window * channels + j);
    });
  });
}

// Its gradient.
template <bool accumulate, class Factors, class Scale>
void weighted_sums_gradient(const PatchRows& rows, const float* dy, float* dimages,
                            const Factors& factors, const Scale& scale) {
  const std::size_t channels = rows.windows->channels;
  for_each_window(rows, [&](std::size_t window, const SeenPlaces& places) {
    const Batch factor(scale(places.count()));
    for_each_batch(channels, [&](std::size_t j, const auto& load_batch, const auto& store_batch) {
      const Batch share = load_batch(dy + window * channels + j) * factor;
      places.each([&](std::size_t at, std::size_t place) {
        float* to = dimages + at + j;
        const Batch factor_of_place = factors(place, j, load_batch);
        store_batch(accumulate ? xsimd::fma(share, factor_of_place, load_batch(to))
                               : share * factor_of_place,
                    to);
      });
    });
  });
}

constexpr auto ones = [](std::size_t, std::size_t, const auto&) { return Batch(1.0f); };
constexpr auto per_place = [](std::size_t places) { return 1 / static_cast<float>(places); };
constexpr auto unscaled = [](std::size_t) { return 1.0f; };

void average_pool(const PatchRows& rows, const float* images, float* y) {
  weighted_sums(rows, images, y, ones, per_place);
}

void average_pool_gradient(const PatchRows& rows, const float* dy, float* dimages,
                           bool accumulate) {
  if (accumulate)
    weighted_sums_gradient<true>(rows, dy, dimages, ones, per_place);
  else
    weighted_sums_gradient<false>(rows, dy, dimages, ones, per_place);
}

// The values of a depthwise convolution's kernel (places, channels).
auto kernel_values(const PatchRows& rows, const float* kernel) {
  const std::size_t channels = rows.windows->channels;
  return [kernel, channels](std::size_t place, std::size_t j, const auto& load_batch) {
    return load_batch(kernel + place * channels + j);
  };
}

void depthwise(const PatchRows& rows, const float* images, const float* kernel, float* y) {
  weighted_sums(rows, images, y, kernel_values(rows, kernel), unscaled);
}

void depthwise_gradient(const PatchRows& rows, const float* kernel, const float* dy,
                        float* dimages) {
  weighted_sums_gradient<true>(rows, dy, dimages, kernel_values(rows, kernel), unscaled);
}

void depthwise_kernel_gradient(const PatchRows& rows, const float* images, const float* dy,
                               float* dkernel) {
  const std::size_t channels = rows.windows->channels;
  for_each_window(rows, [&](std::size_t window, const SeenPlaces& places) {
    for_each_batch(channels, [&](std::size_t j, const auto& load_batch, const auto& store_batch) {
      const Batch factor = load_batch(dy + window * channels + j);
      places.each([&](std::size_t at, std::size_t place) {
        float* to = dkernel + place * channels + j;
        store_batch(xsimd::fma(load_batch(images + at + j), factor, load_batch(to)), to);
      });
    });
  });
}

}  // namespace

}  // namespace keratin::kernels
