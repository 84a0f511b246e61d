#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct SGDOptions {
  LearningRate learning_rate = 0.01;
  double momentum = 0.0;
  bool nesterov = false;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "sgd";
};
template <class V>
void fields(V& v, SGDOptions& o) {
  v("learning_rate", o.learning_rate);
  v("momentum", o.momentum);
  v("nesterov", o.nesterov);
  optimizer_fields(v, o);
}

/// w -= lr g; with momentum m: v = m v - lr g, w += v, or with nesterov w += m v - lr g.
/// Throws for a momentum outside [0, 1].
class SGD : public Configured<Optimizer, SGDOptions> {
 public:
  explicit SGD(SGDOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
};

}  // namespace optimizers
}  // namespace keratin
