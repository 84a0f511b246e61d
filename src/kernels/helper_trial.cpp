#include "kernels/helper_trial.hpp"

#include <algorithm>

namespace keratin::kernels {

namespace {

constexpr int short_run = 8, long_run = 256;  // steps
constexpr double clearly = 0.95;
constexpr double longest = 5e-3;  // in longer steps what helpers do outweighs the way to them
constexpr double
    soonest = 0.1,
    latest = 2;  // seconds until the next trial: a choice that is confirmed is asked for less often

// Caches follow in a few steps, but the system may leave a helper that wakes on the caller's core
// for some milliseconds.
int settling(bool alone) { return alone ? 4 : 32; }
int trial(bool alone) { return alone ? 2 * short_run : 4 * short_run; }

}  // namespace

void HelperTrial::change_over(bool alone, bool trying) {
  alone_ = alone;
  trying_ = trying;
  steps_ = 0;
  run_ = mean_of_all_ = best_ = 0;
}

void HelperTrial::took(double seconds) {
  chosen_for_ += seconds;
  const int counted = ++steps_ - settling(alone());
  if (counted <= 0) return;
  mean_of_all_ += (seconds - mean_of_all_) / counted;
  run_ += seconds;
  if (counted % short_run == 0) {
    best_ = best_ == 0 ? run_ / short_run : std::min(best_, run_ / short_run);
    run_ = 0;
  }
  if (trying_ &&
      counted == trial(alone())) {  // the best runs are compared: one slow moment decides nothing
    const bool better = best_ < clearly * tried_;
    try_after_ = better ? soonest : std::clamp(2 * try_after_, soonest, latest);
    chosen_for_ = 0;
    const double other = better ? tried_ : best_;
    change_over(better ? alone() : alone_, false);
    tried_ = other;
  } else if (!trying_ && counted >= 4 * short_run && chosen_for_ >= try_after_ &&
             seconds < longest) {
    tried_ = best_;  // the way that is now to be the other
    change_over(alone_, true);
  } else if (!trying_ && counted == long_run) {
    if (tried_ > 0 &&
        tried_ < clearly * mean_of_all_) {  // what a few steps promised has not come true
      const double mean = mean_of_all_;
      change_over(!alone_, false);
      tried_ = mean;
    } else {
      steps_ = settling(alone_);
      mean_of_all_ = best_ = run_ = 0;
    }
  }
}

}  // namespace keratin::kernels
