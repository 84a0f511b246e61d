#pragma once
// Measures how many threads make steps fastest. More are not always faster: where another process
// keeps the other cores busy, where the cores are far apart, or where a step is short. A step
// computes the same bits on any number of threads.

#include <chrono>

#include "kernels/pool.hpp"

namespace keratin::kernels {

/// Runs similar steps, such as the batches of a training, and chooses how many threads they use:
/// thread_count(), which is the first choice, or a power of two below it. The choice is tested
/// again and again, by running a few steps with another number.
///
/// | phase  | steps use         | ends                            | and then                      |
/// |--------|-------------------|---------------------------------|-------------------------------|
/// | chosen | the chosen number | when the next trial is due      | trial of the next number      |
/// |        |                   | after 256 steps whose mean is   | chosen, the other number      |
/// |        |                   | clearly above the time of the   |                               |
/// |        |                   | best other number in the trial  |                               |
/// |        |                   | when steps become 3 times as    | chosen, thread_count()        |
/// |        |                   | long or short as when measured  |                               |
/// | trial  | the tried number  | after 16 steps on 1 thread, or  | trial of the next number in   |
/// |        |                   | 32 on several, and it is not    | the same direction, if there  |
/// |        |                   | clearly slower                  | is one                        |
/// |        |                   | the same, clearly slower        | chosen, the fastest number    |
///
/// A number that is clearly faster than the chosen one becomes the chosen one. Trials go to fewer
/// threads first; one that changed nothing makes the next go in the other direction.
///
/// The first steps of a phase are not measured: caches and the system's scheduler have to settle.
/// Of the measured ones a phase compares its fastest window of 8 steps, so that one interruption
/// does not decide. A wrong decision, made from a few lucky steps, is found by the mean of the next
/// 256. The next trial is due 0.1 seconds after a trial that changed the number, and twice as long
/// as before, up to 2 seconds, after one that confirmed it; but not before ten times the duration
/// of the last trial have passed. Steps of 5 ms and more are never tried with another number.
class ThreadTrial {
 public:
  /// Runs step() on the current number of threads, and returns its result. Records the time it
  /// took.
  template <class Step>
  decltype(auto) run(const Step& step) {
    if (!has_helpers()) return step();
    set_most_threads(thread_count());
    const ThreadLimit scope(threads());
    const auto start = std::chrono::steady_clock::now();
    decltype(auto) result = step();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    record_step_time(seconds.count());
    return result;
  }

  /// Sets the largest number to choose. If it is new, everything measured is forgotten.
  void set_most_threads(int most) {
    if (most != most_) restart(most);
  }

  /// How many threads the next step is to use.
  int threads() const { return phase_ == Phase::chosen ? chosen_ : tried_; }

  /// Tells how many seconds the step took that threads() was asked for.
  void record_step_time(double seconds);

 private:
  enum class Phase { chosen, trial };
  enum class Direction { fewer, more };

  void restart(int most);
  void enter(Phase phase, int threads);
  void measure(double seconds);
  bool steps_have_changed() const;
  int next(int threads) const;
  void turn_around();
  void start_trial();
  void finish_trial();
  void review_choice();

  int most_ = 1;
  int chosen_ = 1;
  int tried_ = 1;  // in this trial
  int other_ = 0;  // the fastest of those tried and not chosen in the last trial; 0 if none
  Phase phase_ = Phase::chosen;
  Direction direction_ = Direction::fewer;  // of the next trial, or of the one in progress
  bool choice_changed_ = false;             // in this trial

  // Times are seconds a step.
  double chosen_time_ = 0;  // in the fastest window before or in the last trial; 0 if none
  double other_time_ = 0;

  // Of the phase.
  int steps_to_settle_ = 0;  // steps left that are not measured
  int measured_steps_ = 0;
  double mean_step_time_ = 0;          // of all measured steps
  double current_window_time_ = 0;     // seconds, of the steps in the unfinished window
  double fastest_step_in_window_ = 0;  // of the unfinished window, or of the last one
  double last_window_step_time_ = 0;   // the mean of the last finished window
  double best_step_time_ = 0;          // the mean of the fastest window; 0 if none is finished

  double time_since_trial_ = 0;  // seconds spent in steps
  double trial_time_ = 0;        // the same, in the last trial or the one in progress
  double trial_interval_ = 0;    // seconds until the next trial is due
};

}  // namespace keratin::kernels
