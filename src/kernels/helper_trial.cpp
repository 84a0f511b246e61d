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
  current_window_time_ = mean_step_time_ = best_window_time_ = 0;
}

void HelperTrial::record_step_time(double seconds) {
  time_since_trial_ += seconds;
  const int counted = ++steps_ - settling(alone());
  if (counted <= 0) return;
  mean_step_time_ += (seconds - mean_step_time_) / counted;
  current_window_time_ += seconds;
  if (counted % short_run == 0) {
    best_window_time_ = best_window_time_ == 0
                            ? current_window_time_ / short_run
                            : std::min(best_window_time_, current_window_time_ / short_run);
    current_window_time_ = 0;
  }
  if (trying_ &&
      counted == trial(alone())) {  // the best runs are compared: one slow moment decides nothing
    const bool better = best_window_time_ < clearly * best_time_in_other_mode_;
    trial_interval_ = better ? soonest : std::clamp(2 * trial_interval_, soonest, latest);
    time_since_trial_ = 0;
    const double other = better ? best_time_in_other_mode_ : best_window_time_;
    change_over(better ? alone() : alone_, false);
    best_time_in_other_mode_ = other;
  } else if (!trying_ && counted >= 4 * short_run && time_since_trial_ >= trial_interval_ &&
             seconds < longest) {
    best_time_in_other_mode_ = best_window_time_;  // the way that is now to be the other
    change_over(alone_, true);
  } else if (!trying_ && counted == long_run) {
    if (best_time_in_other_mode_ > 0 &&
        best_time_in_other_mode_ <
            clearly * mean_step_time_) {  // what a few steps promised has not come true
      const double mean = mean_step_time_;
      change_over(!alone_, false);
      best_time_in_other_mode_ = mean;
    } else {
      steps_ = settling(alone_);
      mean_step_time_ = best_window_time_ = current_window_time_ = 0;
    }
  }
}

}  // namespace keratin::kernels
