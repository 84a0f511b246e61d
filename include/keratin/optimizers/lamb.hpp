#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct LambOptions {
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
  std::string name = "lamb";
};
template <class V>
void fields(V& v, LambOptions& o) {
  v("learning_rate", o.learning_rate);
  v("beta_1", o.beta_1);
  v("beta_2", o.beta_2);
  v("epsilon", o.epsilon);
  optimizer_fields(v, o);
}

/// Adam's direction in steps as long as the weights of a variable are: at step k, with Adam's m and
/// v, d = m / (1 - beta_1^k) / (sqrt(v / (1 - beta_2^k)) + epsilon), w -= lr |w| / |d| d, where a
/// norm of 0 makes the quotient 1 (You et al. 2019). Throws for a beta outside [0, 1).
class Lamb : public Configured<Optimizer, LambOptions> {
 public:
  explicit Lamb(LambOptions options = {});
  std::vector<Slot> slots() const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
  void update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                       const Step& step) override;

 private:
  Tensor direction_;  // of one variable
};

}  // namespace optimizers
}  // namespace keratin
