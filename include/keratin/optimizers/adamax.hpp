#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct AdamaxOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "adamax";
};
template <class V>
void fields(V& v, AdamaxOptions& o) {
  v("learning_rate", o.learning_rate);
  v("beta_1", o.beta_1);
  v("beta_2", o.beta_2);
  v("epsilon", o.epsilon);
  optimizer_fields(v, o);
}

/// At step k: m += (g - m)(1 - beta_1), u = max(beta_2 u, |g|), w -= lr m / ((1 - beta_1^k)(u +
/// epsilon)) (Kingma and Ba 2014, section 7.1). Throws for a beta outside [0, 1).
class Adamax : public Configured<Optimizer, AdamaxOptions> {
 public:
  explicit Adamax(AdamaxOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
};

}  // namespace optimizers
}  // namespace keratin
