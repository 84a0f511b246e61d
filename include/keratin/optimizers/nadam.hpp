#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct NadamOptions {
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
  std::string name = "nadam";
};
template <class V>
void fields(V& v, NadamOptions& o) {
  v("learning_rate", o.learning_rate);
  v("beta_1", o.beta_1);
  v("beta_2", o.beta_2);
  v("epsilon", o.epsilon);
  optimizer_fields(v, o);
}

/// Adam with Nesterov's momentum (Dozat 2016). With b_k = beta_1 (1 - 0.96^k / 2), P the product of
/// b_1 to b_k, and Adam's m and v at step k: w -= lr d / (sqrt(v / (1 - beta_2^k)) + epsilon),
/// where d = b_(k+1) m / (1 - P b_(k+1)) + (1 - b_k) g / (1 - P). Throws for a beta outside [0, 1).
class Nadam : public Configured<Optimizer, NadamOptions> {
 public:
  explicit Nadam(NadamOptions options = {});
  std::vector<Slot> slots() const override;
  std::vector<float> constants() const override;

 protected:
  void prepare(const Step& step) override;
  void update(const Slice& slice, const Step& step) const override;

 private:
  float momentum_product(long number);

  long product_number_ = 0;  // the step whose product is known
  float product_ = 1;
  float of_momentum_ = 0, of_gradient_ = 0;  // the factors of m and g in d
};

}  // namespace optimizers
}  // namespace keratin
