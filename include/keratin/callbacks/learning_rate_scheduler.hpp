#pragma once

#include <concepts>
#include <functional>
#include <utility>

#include "keratin/callbacks/callback.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

struct LearningRateSchedulerOptions {
  int verbose = 0;  // 1: says what it does
};

/// Sets the learning rate at the beginning of each epoch to what a function says, and logs it as
/// `learning_rate`. For a learning rate that depends on the step see optimizers::schedules.
class LearningRateScheduler : public Callback {
 public:
  /// Of the epoch, counted from 0, and of the learning rate so far.
  using Schedule = std::function<double(int epoch, double learning_rate)>;

  /// Throws std::invalid_argument for an empty function.
  explicit LearningRateScheduler(Schedule schedule, LearningRateSchedulerOptions options = {});
  /// A function of the epoch alone.
  template <std::invocable<int> F>
  requires(!std::invocable<F&, int, double>) explicit LearningRateScheduler(
      F schedule, LearningRateSchedulerOptions options = {})
      : LearningRateScheduler(
            Schedule([schedule = std::move(schedule)](int epoch, double) mutable -> double {
              return schedule(epoch);
            }),
            options) {}

  /// Throws std::invalid_argument if the optimizer follows a schedule of its own, and for a
  /// negative learning rate.
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;

 private:
  Schedule schedule_;
  LearningRateSchedulerOptions options_;
};

}  // namespace callbacks
}  // namespace keratin
