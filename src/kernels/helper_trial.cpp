#include "kernels/helper_trial.hpp"

#include <algorithm>

namespace keratin::kernels {

namespace {

constexpr int window_steps = 8;
constexpr int steps_before_trial = 32;  // measured in the chosen mode, to compare with
constexpr int steps_per_review = 256;

// A mode is clearly faster if its time is below this share of the other's.
constexpr double clearly_faster = 0.95;

// Longer steps than this (seconds) always gain from helpers: reaching them takes microseconds.
constexpr double longest_step_tried = 5e-3;

constexpr double shortest_interval = 0.1;  // seconds between trials
constexpr double longest_interval = 2;

}  // namespace

// Caches follow a change of mode within a few steps. But the system may leave a helper that was
// just woken on the caller's core for some milliseconds.
int HelperTrial::settling_steps(Mode mode) { return mode == Mode::alone ? 4 : 32; }

int HelperTrial::trial_steps(Mode mode) { return (mode == Mode::alone ? 2 : 4) * window_steps; }

void HelperTrial::enter(Phase phase, Mode chosen_mode) {
  phase_ = phase;
  chosen_mode_ = chosen_mode;
  steps_in_phase_ = 0;
  current_window_time_ = 0;
  mean_step_time_ = 0;
  best_step_time_ = 0;
}

void HelperTrial::measure(double seconds, int measured_steps) {
  mean_step_time_ += (seconds - mean_step_time_) / measured_steps;
  current_window_time_ += seconds;
  if (measured_steps % window_steps != 0) return;
  const double step_time = current_window_time_ / window_steps;
  best_step_time_ = best_step_time_ == 0 ? step_time : std::min(best_step_time_, step_time);
  current_window_time_ = 0;
}

void HelperTrial::record_step_time(double seconds) {
  time_since_trial_ += seconds;
  ++steps_in_phase_;
  const int measured_steps = steps_in_phase_ - settling_steps(mode());
  if (measured_steps <= 0) return;
  measure(seconds, measured_steps);

  if (phase_ == Phase::trial) {
    if (measured_steps == trial_steps(mode())) finish_trial();
    return;
  }
  const bool trial_due =
      measured_steps >= steps_before_trial && time_since_trial_ >= trial_interval_;
  if (trial_due && seconds < longest_step_tried)
    start_trial();
  else if (measured_steps == steps_per_review)
    review_choice();
}

void HelperTrial::start_trial() {
  best_time_in_other_mode_ = best_step_time_;
  enter(Phase::trial, chosen_mode_);
}

void HelperTrial::finish_trial() {
  const Mode tried = mode();
  const double time_in_chosen_mode = best_time_in_other_mode_;
  const double time_in_tried_mode = best_step_time_;
  time_since_trial_ = 0;
  if (time_in_tried_mode < clearly_faster * time_in_chosen_mode) {
    trial_interval_ = shortest_interval;
    enter(Phase::chosen, tried);
    best_time_in_other_mode_ = time_in_chosen_mode;
  } else {
    trial_interval_ = std::clamp(2 * trial_interval_, shortest_interval, longest_interval);
    enter(Phase::chosen, chosen_mode_);
    best_time_in_other_mode_ = time_in_tried_mode;
  }
}

void HelperTrial::review_choice() {
  if (best_time_in_other_mode_ > 0 && best_time_in_other_mode_ < clearly_faster * mean_step_time_) {
    const double mean = mean_step_time_;
    enter(Phase::chosen, other(chosen_mode_));
    best_time_in_other_mode_ = mean;
  } else {
    enter(Phase::chosen, chosen_mode_);
    steps_in_phase_ = settling_steps(chosen_mode_);  // the mode has not changed: nothing to settle
  }
}

}  // namespace keratin::kernels
