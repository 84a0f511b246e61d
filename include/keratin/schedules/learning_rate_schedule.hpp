#pragma once

#include <functional>

#include "keratin/family.hpp"

namespace KERATIN_API keratin {

/// A learning rate that depends on the number of the step. Derive from
/// Configured<LearningRateSchedule, Options> for one of your own, or use a function.
class LearningRateSchedule {
 public:
  using Family = LearningRateSchedule;
  class FromFunction;

  static const ClassTable<LearningRateSchedule>& table();

  virtual ~LearningRateSchedule() = default;

  /// The learning rate of a step. The first step is 0; each call of Optimizer::apply() is one, also
  /// while gradients are only accumulated.
  virtual double operator()(long step) const = 0;

  /// The options by name. Throws std::invalid_argument for a class that does not list them, that
  /// is, one that does not derive from Configured.
  virtual Config get_config() const;
};

/// A function of the program's own. It cannot be described by a Config.
class LearningRateSchedule::FromFunction : public LearningRateSchedule {
 public:
  using Function = std::function<double(long step)>;

  explicit FromFunction(Function function);

  double operator()(long step) const override { return function_(step); }

 private:
  Function function_;
};

}  // namespace keratin
