#include "kernels/thread_trial.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace keratin::kernels {

namespace {

constexpr int window_steps = 8;
constexpr int steps_before_trial = 32;  // measured with the chosen number, to compare with
constexpr int steps_per_review = 256;

// A number is clearly faster if its time is below this share of the other's.
constexpr double clearly_faster = 0.95;

// Steps that take so many times as long as before, or as short, are of another kind, such as those
// of batches of another size.
constexpr double other_kind = 3;

// Longer steps than this (seconds) always gain from helpers: reaching them takes microseconds.
constexpr double longest_step_tried = 5e-3;

constexpr double shortest_interval = 0.1;  // seconds between trials
constexpr double longest_interval = 2;

// The next trial is not due before so many times the duration of the last have passed.
constexpr double pause_after_trial = 10;

// Caches follow a change of number within a few steps. But the system may leave a helper that was
// just woken on the caller's core for some milliseconds.
int settling_steps(int before, int now) { return now > before ? 32 : 4; }

int trial_steps(int threads) { return (threads == 1 ? 2 : 4) * window_steps; }

}  // namespace

void ThreadTrial::restart(int most) {
  *this = ThreadTrial();
  most_ = most;
  enter(Phase::chosen, most);
}

void ThreadTrial::enter(Phase phase, int number) {
  steps_to_settle_ = settling_steps(threads(), number);
  phase_ = phase;
  (phase == Phase::chosen ? chosen_ : tried_) = number;
  measured_steps_ = 0;
  mean_step_time_ = 0;
  current_window_time_ = 0;
  best_step_time_ = 0;
}

void ThreadTrial::measure(double seconds) {
  const bool first_in_window = measured_steps_ % window_steps == 0;
  ++measured_steps_;
  mean_step_time_ += (seconds - mean_step_time_) / measured_steps_;
  current_window_time_ += seconds;
  fastest_step_in_window_ = first_in_window ? seconds : std::min(fastest_step_in_window_, seconds);
  if (measured_steps_ % window_steps != 0) return;
  last_window_step_time_ = current_window_time_ / window_steps;
  best_step_time_ = best_step_time_ == 0 ? last_window_step_time_
                                         : std::min(best_step_time_, last_window_step_time_);
  current_window_time_ = 0;
}

void ThreadTrial::record_step_time(double seconds) {
  time_since_trial_ += seconds;
  if (phase_ == Phase::trial) trial_time_ += seconds;
  if (steps_to_settle_ > 0) {
    --steps_to_settle_;
    return;
  }
  measure(seconds);

  if (phase_ == Phase::trial) {
    if (measured_steps_ == trial_steps(tried_)) finish_trial();
    return;
  }
  const bool trial_due =
      measured_steps_ >= steps_before_trial && time_since_trial_ >= trial_interval_;
  if (steps_have_changed())
    restart(most_);
  else if (trial_due && seconds < longest_step_tried)
    start_trial();
  else if (measured_steps_ == steps_per_review)
    review_choice();
}

// Judges the window that has just ended. Not even its fastest step is as short as before, or they
// are shorter on average.
bool ThreadTrial::steps_have_changed() const {
  if (chosen_time_ == 0 || measured_steps_ % window_steps != 0) return false;
  return fastest_step_in_window_ > other_kind * chosen_time_ ||
         other_kind * last_window_step_time_ < chosen_time_;
}

// The number to try after this one in the current direction, or the same if there is none.
int ThreadTrial::next(int threads) const {
  const auto number = static_cast<unsigned>(threads);
  if (direction_ == Direction::more)
    return std::min(most_, static_cast<int>(2 * std::bit_floor(number)));
  return static_cast<int>(number == 1 ? 1 : std::bit_floor(number - 1));
}

void ThreadTrial::turn_around() {
  direction_ = direction_ == Direction::more ? Direction::fewer : Direction::more;
}

void ThreadTrial::start_trial() {
  chosen_time_ = best_step_time_;
  other_ = 0;
  choice_changed_ = false;
  trial_time_ = 0;
  if (next(chosen_) == chosen_) turn_around();
  enter(Phase::trial, next(chosen_));
}

void ThreadTrial::finish_trial() {
  const double time = best_step_time_;
  const bool faster = time < clearly_faster * chosen_time_;
  const bool slower = chosen_time_ < clearly_faster * time;
  if (faster) {
    other_ = std::exchange(chosen_, tried_);
    other_time_ = std::exchange(chosen_time_, time);
    choice_changed_ = true;
  } else if (other_ == 0 || time < other_time_) {
    other_ = tried_;
    other_time_ = time;
  }
  if (!slower && next(tried_) != tried_) return enter(Phase::trial, next(tried_));

  if (choice_changed_) {
    trial_interval_ = shortest_interval;
  } else {
    trial_interval_ = std::clamp(2 * trial_interval_, shortest_interval, longest_interval);
    turn_around();
  }
  trial_interval_ = std::max(trial_interval_, pause_after_trial * trial_time_);
  time_since_trial_ = 0;
  enter(Phase::chosen, chosen_);
}

void ThreadTrial::review_choice() {
  const double mean = mean_step_time_;
  if (other_ > 0 && other_time_ < clearly_faster * mean) {
    const int chosen_before = chosen_;
    chosen_time_ = other_time_;
    enter(Phase::chosen, other_);
    other_ = chosen_before;
    other_time_ = mean;
  } else {
    enter(Phase::chosen, chosen_);
    steps_to_settle_ = 0;  // the number has not changed
  }
}

}  // namespace keratin::kernels
