#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "keratin/schedules/learning_rate_schedule.hpp"

namespace KERATIN_API keratin {

/// A learning rate as options hold it: a number, or a schedule, given as an object, a shared_ptr or
/// a function `double(long step)`. Copies share the schedule.
class LearningRate {
 public:
  template <class Number>
  requires std::is_arithmetic_v<Number> LearningRate(Number value)
      : value_(static_cast<double>(value)) {}
  template <class T>
  requires(!std::derived_from<std::remove_cvref_t<T>, LearningRate> &&
           !std::is_arithmetic_v<std::remove_cvref_t<T>> &&
           std::constructible_from<Handle<LearningRateSchedule>, T> &&
           !std::convertible_to<T, std::string>) LearningRate(T&& schedule)
      : schedule_(std::forward<T>(schedule)) {}

  bool is_schedule() const { return bool(schedule_); }
  /// At that step; see LearningRateSchedule.
  double at(long step) const { return schedule_ ? (*schedule_)(step) : value_; }

  /// The number, or what describe() gives of the schedule.
  Config config() const;
  static LearningRate from_config(const Config& config);

 private:
  double value_ = 0;
  Handle<LearningRateSchedule> schedule_;  // none for a number
};

}  // namespace keratin
