#pragma once
// Whether the pool's helpers help: where a neighbour keeps the other cores busy, or they are far
// away, small steps are faster alone. A step has the same bits either way.

#include <chrono>

#include "kernels/pool.hpp"

namespace keratin::kernels {

/// Runs steps that are much alike, all threads at first. Now and then it tries a few the other way,
/// and changes over if they were faster, for as long as they are.
class HelperTrial {
 public:
  template <class Step>
  auto run(const Step& step) {
    if (!has_helpers()) return step();
    const Alone scope(alone());
    const auto start = std::chrono::steady_clock::now();
    auto result = step();
    record_step_time(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return result;
  }

  /// Whether the next step is to run on one thread.
  bool alone() const { return alone_ != trying_; }
  /// How many seconds it took.
  void record_step_time(double seconds);

 private:
  void change_over(bool alone, bool trying);

  bool alone_ = false, trying_ = false;  // what was chosen; whether the other way is being tried
  int steps_ = 0;                        // since the last change, those not yet settled included
  double current_window_time_ = 0, mean_step_time_ = 0,
         best_window_time_ =
             0;  // seconds: of a run of steps; a step on average, and in the best run
  double time_since_trial_ = 0,
         trial_interval_ = 0;  // seconds since the last trial, and until the next
  double best_time_in_other_mode_ =
      0;  // seconds of a step the other way, when last tried; 0 if never
};

}  // namespace keratin::kernels
