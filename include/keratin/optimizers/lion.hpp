#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct LionOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "lion";
};
template <class V>
void fields(V& v, LionOptions& o) {
  v("learning_rate", o.learning_rate);
  v("beta_1", o.beta_1);
  v("beta_2", o.beta_2);
  optimizer_fields(v, o);
}

/// w -= lr sign(beta_1 m + (1 - beta_1) g), m = beta_2 m + (1 - beta_2) g (Chen et al. 2023).
/// Throws for a beta_1 outside (0, 1] or a beta_2 outside [0, 1].
class Lion : public Configured<Optimizer, LionOptions> {
 public:
  explicit Lion(LionOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
};

}  // namespace optimizers
}  // namespace keratin
