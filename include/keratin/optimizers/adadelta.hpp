#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct AdadeltaOptions {
  LearningRate learning_rate = 0.001;
  double rho = 0.95;
  double epsilon = 1e-7;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "adadelta";
};
template <class V>
void fields(V& v, AdadeltaOptions& o) {
  v("learning_rate", o.learning_rate);
  v("rho", o.rho);
  v("epsilon", o.epsilon);
  optimizer_fields(v, o);
}

/// a = rho a + (1 - rho) g^2, c = -g sqrt((d + epsilon) / (a + epsilon)), d = rho d + (1 - rho)
/// c^2, w += lr c (Zeiler 2012). Throws for a rho outside [0, 1].
class Adadelta : public Configured<Optimizer, AdadeltaOptions> {
 public:
  explicit Adadelta(AdadeltaOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
};

}  // namespace optimizers
}  // namespace keratin
