#include "kernels/helper_trial.hpp"

#include <algorithm>

namespace keratin::kernels {

void HelperTrial::took(double seconds) {
  constexpr int warm_up = 4, block = 256;
  constexpr double longest = 5e-3;   // in longer steps what helpers do outweighs the way to them
  if (in_trial()) {
    const auto round = static_cast<std::size_t>(step_ / (2 * window));
    if (step_ % window > 0) times_[alone()][round] += seconds;   // the first of a window finds caches as the last one left them
    if (++step_ < 2 * window * rounds) return;
    for (const bool alone : {false, true}) {
      std::nth_element(times_[alone].begin(), times_[alone].begin() + rounds / 2, times_[alone].end());
      mean_[alone] = times_[alone][rounds / 2] / (window - 1);
    }
    step_ = -1;
    settled_ = 0;
    settle_for_ = 1;
    return choose();
  }
  settled_ += seconds;
  block_ += seconds;
  ++block_steps_;
  if (block_steps_ == block) {   // what a few steps promised may not have come true
    mean_[alone_] = block_ / block;
    if (mean_[!alone_] > 0) choose();
  }
  if (block_steps_ >= warm_up && settled_ > settle_for_ && seconds < longest) step_ = 0, times_ = {};
}

void HelperTrial::choose() {
  constexpr double clearly = 0.97;
  if (mean_[!alone_] < clearly * mean_[alone_]) alone_ = !alone_;
  block_steps_ = 0;
  block_ = 0;
}

}  // namespace keratin::kernels
