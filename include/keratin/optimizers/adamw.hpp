#pragma once

#include "keratin/optimizers/adam.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct AdamWOptions {
  LearningRate learning_rate = 0.001;
  double weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "adam_w";
};
template <class V>
void fields(V& v, AdamWOptions& o) {
  v("learning_rate", o.learning_rate);
  v("weight_decay", o.weight_decay);
  v("beta_1", o.beta_1);
  v("beta_2", o.beta_2);
  v("epsilon", o.epsilon);
  v("amsgrad", o.amsgrad);
  fields_after_weight_decay(v, o);
}

/// Adam after w -= lr weight_decay w (Loshchilov and Hutter 2019): Adam with another default.
class AdamW : public Configured<AdamBase, AdamWOptions> {
 public:
  explicit AdamW(AdamWOptions options = {})
      : Configured(with_default_name(std::move(options), "adam_w")) {}
};

}  // namespace optimizers
}  // namespace keratin
