#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct AdamOptions {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "adam";
};
template <class V>
void fields(V& v, AdamOptions& o) {
  v("learning_rate", o.learning_rate);
  v("beta_1", o.beta_1);
  v("beta_2", o.beta_2);
  v("epsilon", o.epsilon);
  v("amsgrad", o.amsgrad);
  optimizer_fields(v, o);
}

/// What Adam and AdamW share.
class AdamBase : public Optimizer {
 public:
  std::vector<Slot> slots() const override;

 protected:
  template <class Options>
  explicit AdamBase(const Options& o)
      : Optimizer(o),
        beta_1_(o.beta_1),
        beta_2_(o.beta_2),
        epsilon_(static_cast<float>(o.epsilon)),
        amsgrad_(o.amsgrad) {
    check_betas();
  }
  void prepare(const Step& step) override;
  void update(const Slice& slice, const Step& step) const override;

 private:
  void check_betas() const;

  double beta_1_, beta_2_;
  float epsilon_;
  bool amsgrad_;
  float corrected_rate_ = 0;  // the learning rate of this step with both bias corrections
};

/// At step k: m += (g - m)(1 - beta_1), v += (g^2 - v)(1 - beta_2),
/// w -= lr sqrt(1 - beta_2^k) / (1 - beta_1^k) m / (sqrt(v) + epsilon)
/// (Kingma and Ba 2014, with the epsilon-hat of their section 2). amsgrad: the largest v so far
/// instead of v (Reddi, Kale and Kumar 2018). Throws for a beta outside [0, 1).
class Adam : public Configured<AdamBase, AdamOptions> {
 public:
  explicit Adam(AdamOptions options = {})
      : Configured(with_default_name(std::move(options), "adam")) {}
};

}  // namespace optimizers
}  // namespace keratin
