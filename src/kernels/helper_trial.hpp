#pragma once
// Measures whether the pool's helpers make short steps faster. They do not where another process
// keeps the other cores busy, or where the cores are far apart. A step computes the same bits with
// helpers and without.

#include <chrono>

#include "kernels/pool.hpp"

namespace keratin::kernels {

/// Runs similar steps, such as the batches of a training, and chooses the mode they run in: with
/// helpers or alone. The first choice is with helpers. The choice is tested again and again, by
/// running a few steps in the other mode.
///
/// | phase  | steps run in    | ends                             | and then                      |
/// |--------|-----------------|----------------------------------|-------------------------------|
/// | chosen | the chosen mode | when the next trial is due       | trial                         |
/// |        |                 | after 256 steps whose mean is    | chosen, in the other mode     |
/// |        |                 | clearly above the other's time   |                               |
/// | trial  | the other mode  | after 16 steps alone, or 32 with | chosen, in the mode that was  |
/// |        |                 | helpers                          | faster                        |
///
/// The first steps of a phase are not measured: caches and the system's scheduler have to settle.
/// Of the measured ones a phase compares its fastest window of 8 steps, so that one interruption
/// does not decide. A wrong decision, made from a few lucky steps, is found by the mean of the next
/// 256. The next trial is due 0.1 seconds after a trial that changed the mode, and twice as long
/// as before, up to 2 seconds, after one that confirmed it. Steps of 5 ms and more are never tried
/// in another mode.
class HelperTrial {
 public:
  /// Runs step() in the current mode, and returns its result. Records the time it took.
  template <class Step>
  auto run(const Step& step) {
    if (!has_helpers()) return step();
    const Alone scope(alone());
    const auto start = std::chrono::steady_clock::now();
    auto result = step();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    record_step_time(seconds.count());
    return result;
  }

  /// Whether the next step is to run alone.
  bool alone() const { return mode() == Mode::alone; }

  /// Tells how many seconds the step took that alone() was asked for.
  void record_step_time(double seconds);

 private:
  enum class Mode { with_helpers, alone };
  enum class Phase { chosen, trial };

  static Mode other(Mode mode) { return mode == Mode::alone ? Mode::with_helpers : Mode::alone; }
  static int settling_steps(Mode mode);
  static int trial_steps(Mode mode);

  Mode mode() const { return phase_ == Phase::chosen ? chosen_mode_ : other(chosen_mode_); }
  void enter(Phase phase, Mode chosen_mode);
  void measure(double seconds, int measured_steps);
  void start_trial();
  void finish_trial();
  void review_choice();

  Mode chosen_mode_ = Mode::with_helpers;
  Phase phase_ = Phase::chosen;

  int steps_in_phase_ = 0;          // including those that are not measured
  double current_window_time_ = 0;  // seconds, of the steps in the unfinished window
  double mean_step_time_ = 0;       // seconds, of all measured steps of the phase
  double best_step_time_ = 0;  // seconds: the mean of the fastest window; 0 if none is finished

  double best_time_in_other_mode_ = 0;  // seconds a step, when last measured; 0 if never
  double time_since_trial_ = 0;         // seconds spent in steps
  double trial_interval_ = 0;           // seconds until the next trial is due
};

}  // namespace keratin::kernels
