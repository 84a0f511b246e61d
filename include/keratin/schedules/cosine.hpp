#pragma once

#include <optional>
#include <string>

#include "keratin/schedules/learning_rate_schedule.hpp"

namespace KERATIN_API keratin {
namespace optimizers::schedules {

struct CosineDecayOptions {
  double initial_learning_rate = 0;  // required
  long decay_steps = 0;              // required, 1 or more
  double alpha = 0.0;                // the last learning rate, as a fraction of the highest
  std::string name = "CosineDecay";
  std::optional<double> warmup_target = {};
  long warmup_steps = 0;
};
template <class V>
void fields(V& v, CosineDecayOptions& o) {
  v("initial_learning_rate", o.initial_learning_rate);
  v("decay_steps", o.decay_steps);
  v("alpha", o.alpha);
  v("name", o.name);
  v("warmup_target", o.warmup_target);
  v("warmup_steps", o.warmup_steps);
}

/// initial_learning_rate ((1 - alpha) (1 + cos(pi step / decay_steps)) / 2 + alpha), which stays at
/// its end after decay_steps (Loshchilov and Hutter 2016). With a warmup_target the learning rate
/// first goes from initial_learning_rate to it in a line of warmup_steps, and decays from there in
/// the next decay_steps.
class CosineDecay : public Configured<LearningRateSchedule, CosineDecayOptions> {
 public:
  explicit CosineDecay(CosineDecayOptions options);
  double operator()(long step) const override;
};

struct CosineDecayRestartsOptions {
  double initial_learning_rate = 0;  // required
  long first_decay_steps = 0;        // required, 1 or more
  double t_mul = 2.0;                // the length of a period, relative to that before it
  double m_mul = 1.0;                // the learning rate at its start, likewise
  double alpha = 0.0;                // the lowest learning rate, as a fraction of the initial one
  std::string name = "SGDRDecay";
};
template <class V>
void fields(V& v, CosineDecayRestartsOptions& o) {
  v("initial_learning_rate", o.initial_learning_rate);
  v("first_decay_steps", o.first_decay_steps);
  v("t_mul", o.t_mul);
  v("m_mul", o.m_mul);
  v("alpha", o.alpha);
  v("name", o.name);
}

/// A cosine decay over first_decay_steps that starts again and again, each period t_mul times as
/// long as the one before (Loshchilov and Hutter 2016).
class CosineDecayRestarts : public Configured<LearningRateSchedule, CosineDecayRestartsOptions> {
 public:
  explicit CosineDecayRestarts(CosineDecayRestartsOptions options);
  double operator()(long step) const override;
};

}  // namespace optimizers::schedules
}  // namespace keratin
