#include "kernels/helper_trial.hpp"

#include <algorithm>

namespace keratin::kernels {

void HelperTrial::took(double seconds) {
  constexpr double longest = 5e-3;   // in longer steps what helpers do outweighs the way to them
  if (!in_trial()) {
    settled_ += seconds;
    if (++settled_steps_ > window && settled_ > settle_for_ && seconds < longest) step_ = 0, times_ = {};
    return;
  }
  const auto round = static_cast<std::size_t>(step_ / (2 * window));
  if (step_ % window > 0) times_[alone()][round] += seconds;   // the first of a window finds caches and helpers as the last one left them
  if (++step_ < 2 * window * rounds) return;
  for (auto& times : times_) std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  constexpr double clearly = 0.97;
  alone_ = times_[true][rounds / 2] < clearly * times_[false][rounds / 2];
  step_ = -1;
  settled_steps_ = 0;
  settled_ = 0;
  settle_for_ = 1;
}

}  // namespace keratin::kernels
