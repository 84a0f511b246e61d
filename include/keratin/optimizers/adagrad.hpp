#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct AdagradOptions {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "adagrad";
};
template <class V>
void fields(V& v, AdagradOptions& o) {
  v("learning_rate", o.learning_rate);
  v("initial_accumulator_value", o.initial_accumulator_value);
  v("epsilon", o.epsilon);
  optimizer_fields(v, o);
}

/// a += g^2, w -= lr g / sqrt(a + epsilon), where a starts at initial_accumulator_value (Duchi,
/// Hazan and Singer 2011). Throws for a negative initial_accumulator_value.
class Adagrad : public Configured<Optimizer, AdagradOptions> {
 public:
  explicit Adagrad(AdagradOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
};

}  // namespace optimizers
}  // namespace keratin
