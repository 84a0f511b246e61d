#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct FtrlOptions {
  LearningRate learning_rate = 0.001;
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  double l2_shrinkage_regularization_strength = 0.0;
  double beta = 0.0;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "ftrl";
};
template <class V>
void fields(V& v, FtrlOptions& o) {
  v("learning_rate", o.learning_rate);
  v("learning_rate_power", o.learning_rate_power);
  v("initial_accumulator_value", o.initial_accumulator_value);
  v("l1_regularization_strength", o.l1_regularization_strength);
  v("l2_regularization_strength", o.l2_regularization_strength);
  v("l2_shrinkage_regularization_strength", o.l2_shrinkage_regularization_strength);
  v("beta", o.beta);
  optimizer_fields(v, o);
}

/// With p = -learning_rate_power, l1, l2 and s the strengths: n' = n + g^2,
/// z += g + 2 s w - (n'^p - n^p) / lr w, w = (clip(z, -l1, l1) - z) / (n'^p / lr + 2 l2 + beta /
/// lr), n = n', where n starts at initial_accumulator_value (McMahan et al. 2013). The first step
/// does not start from the weights' values. Throws for a positive learning_rate_power and for a
/// negative initial_accumulator_value or strength.
class Ftrl : public Configured<Optimizer, FtrlOptions> {
 public:
  explicit Ftrl(FtrlOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
};

}  // namespace optimizers
}  // namespace keratin
