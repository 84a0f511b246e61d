#pragma once
// The loops of the update rules of update_rules.hpp, and the sums of squares for norms.
// Part of simd.cpp, which is compiled once per instruction set: see there.

#include <algorithm>
#include <utility>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

// In float32, as Keras sums: squares that overflow there give infinity. Runs of the sum are added
// in double.
double sum_of_squares(const float* x, std::size_t n) {
  constexpr std::size_t run = 64 * width;
  double total = 0;
  for (std::size_t first = 0; first < n; first += run) {
    const std::size_t end = std::min(n, first + run);
    Batch lanes(0.0f);
    std::size_t i = first;
    for (; i + width <= end; i += width) lanes += load(x + i) * load(x + i);
    if (i < end) {
      const Batch rest = load_some(x + i, end - i, 0);
      lanes += rest * rest;
    }
    total += static_cast<double>(sum_of_lanes(lanes));
  }
  return total;
}

template <class Rule>
struct UpdateOf {
  static void run(const void* rule, float* w, const float* g, float* const* slots, std::size_t n) {
    run(*static_cast<const Rule*>(rule), w, g, slots, n, std::make_index_sequence<Rule::slots>());
  }

 private:
  // As in each(): everything is loaded first, and what is left over goes through a whole batch.
  template <std::size_t... s>
  static void run(const Rule rule, float* w, const float* g, float* const* slots, std::size_t n,
                  std::index_sequence<s...>) {
    std::size_t i = 0;
    for (; i + width <= n; i += width) {
      Batch weights = load(w + i);
      std::array<Batch, Rule::slots> kept{load(slots[s] + i)...};
      rule(weights, load(g + i), kept[s]...);
      weights.store_unaligned(w + i);
      (kept[s].store_unaligned(slots[s] + i), ...);
    }
    if (i == n) return;
    Batch weights = load_some(w + i, n - i, 0);
    std::array<Batch, Rule::slots> kept{load_some(slots[s] + i, n - i, 0)...};
    rule(weights, load_some(g + i, n - i, 0), kept[s]...);
    store_some(weights, w + i, n - i);
    (store_some(kept[s], slots[s] + i, n - i), ...);
  }
};

template <class List>
struct Updates;
template <class... Rule>
struct Updates<std::tuple<Rule...>> {
  static constexpr std::array<Simd::Update, sizeof...(Rule)> table() {
    return {&UpdateOf<Rule>::run...};
  }
};

}  // namespace

}  // namespace keratin::kernels
