#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct RMSpropOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "rm_sprop";
};
template <class V>
void fields(V& v, RMSpropOptions& o) {
  v("learning_rate", o.learning_rate);
  v("rho", o.rho);
  v("momentum", o.momentum);
  v("epsilon", o.epsilon);
  v("centered", o.centered);
  optimizer_fields(v, o);
}

/// v = rho v + (1 - rho) g^2, w -= lr g / sqrt(v + epsilon). Centered: v - a^2 instead of v, where
/// a = rho a + (1 - rho) g. With momentum m the change is accumulated: c = m c + lr g / ..., w -=
/// c. Throws for a rho outside [0, 1] or a negative momentum.
class RMSprop : public Configured<Optimizer, RMSpropOptions> {
 public:
  explicit RMSprop(RMSpropOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;

 private:
  template <bool with_momentum, bool centered>
  void update_with(const Slice& slice, float learning_rate) const;
};

}  // namespace optimizers
}  // namespace keratin
