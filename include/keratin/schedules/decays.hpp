#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keratin/schedules/learning_rate_schedule.hpp"

// All steps counted here must be 1 or more; the constructors throw std::invalid_argument for
// others.

namespace KERATIN_API keratin {
namespace optimizers::schedules {

struct ExponentialDecayOptions {
  double initial_learning_rate = 0;  // required
  long decay_steps = 0;              // required
  double decay_rate = 0;             // required
  bool staircase = false;            // whether step / decay_steps is rounded down
  std::string name = "ExponentialDecay";
};
template <class V>
void fields(V& v, ExponentialDecayOptions& o) {
  v("initial_learning_rate", o.initial_learning_rate);
  v("decay_steps", o.decay_steps);
  v("decay_rate", o.decay_rate);
  v("staircase", o.staircase);
  v("name", o.name);
}

/// initial_learning_rate * decay_rate^(step / decay_steps).
class ExponentialDecay : public Configured<LearningRateSchedule, ExponentialDecayOptions> {
 public:
  explicit ExponentialDecay(ExponentialDecayOptions options);
  double operator()(long step) const override;
};

struct InverseTimeDecayOptions {
  double initial_learning_rate = 0;  // required
  long decay_steps = 0;              // required
  double decay_rate = 0;             // required
  bool staircase = false;            // whether step / decay_steps is rounded down
  std::string name = "InverseTimeDecay";
};
template <class V>
void fields(V& v, InverseTimeDecayOptions& o) {
  v("initial_learning_rate", o.initial_learning_rate);
  v("decay_steps", o.decay_steps);
  v("decay_rate", o.decay_rate);
  v("staircase", o.staircase);
  v("name", o.name);
}

/// initial_learning_rate / (1 + decay_rate * step / decay_steps).
class InverseTimeDecay : public Configured<LearningRateSchedule, InverseTimeDecayOptions> {
 public:
  explicit InverseTimeDecay(InverseTimeDecayOptions options);
  double operator()(long step) const override;
};

struct PolynomialDecayOptions {
  double initial_learning_rate = 0;  // required
  long decay_steps = 0;              // required
  double end_learning_rate = 0.0001;
  double power = 1.0;
  bool cycle = false;
  std::string name = "PolynomialDecay";
};
template <class V>
void fields(V& v, PolynomialDecayOptions& o) {
  v("initial_learning_rate", o.initial_learning_rate);
  v("decay_steps", o.decay_steps);
  v("end_learning_rate", o.end_learning_rate);
  v("power", o.power);
  v("cycle", o.cycle);
  v("name", o.name);
}

/// (initial - end) (1 - step / decay_steps)^power + end, and `end` after decay_steps. With `cycle`
/// the decay is instead stretched to the first multiple of decay_steps that step does not exceed.
class PolynomialDecay : public Configured<LearningRateSchedule, PolynomialDecayOptions> {
 public:
  explicit PolynomialDecay(PolynomialDecayOptions options);
  double operator()(long step) const override;
};

struct PiecewiseConstantDecayOptions {
  std::vector<long> boundaries = {};  // required: steps, in increasing order
  std::vector<double> values = {};    // required: one more than boundaries
  std::string name = "PiecewiseConstant";
};
template <class V>
void fields(V& v, PiecewiseConstantDecayOptions& o) {
  v("boundaries", o.boundaries);
  v("values", o.values);
  v("name", o.name);
}

/// values[i], where i is the number of boundaries below step: a boundary is the last step of the
/// value before it. Throws std::invalid_argument unless there is one more value than boundaries,
/// and these increase.
class PiecewiseConstantDecay
    : public Configured<LearningRateSchedule, PiecewiseConstantDecayOptions> {
 public:
  explicit PiecewiseConstantDecay(PiecewiseConstantDecayOptions options);
  double operator()(long step) const override;
};

}  // namespace optimizers::schedules
}  // namespace keratin
