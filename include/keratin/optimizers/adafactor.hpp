#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct AdafactorOptions {
  LearningRate learning_rate = 0.001;
  double beta_2_decay = -0.8;
  double epsilon_1 = 1e-30;  // added to squared gradients
  double epsilon_2 = 1e-3;   // the least scale of a variable
  double clip_threshold = 1.0;
  bool relative_step = true;  // no learning rate above 1 / sqrt(step), unless a schedule gives it
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "adafactor";
};
template <class V>
void fields(V& v, AdafactorOptions& o) {
  v("learning_rate", o.learning_rate);
  v("beta_2_decay", o.beta_2_decay);
  v("epsilon_1", o.epsilon_1);
  v("epsilon_2", o.epsilon_2);
  v("clip_threshold", o.clip_threshold);
  v("relative_step", o.relative_step);
  optimizer_fields(v, o);
}

/// RMSprop with a second moment v of few numbers (Shazeer and Stern 2018). At step k, with
/// beta = 1 - k^beta_2_decay and s = g^2 + epsilon_1: of a variable of two or more axes the means
/// of s over the last axis are averaged, r = beta r + (1 - beta) mean(s), and those over the axis
/// before it, c, so that v = r / mean(r) times c; otherwise v = beta v + (1 - beta) s. With u = g /
/// sqrt(v): w -= max(epsilon_2, rms(w)) min(lr, 1 / sqrt(k)) u / max(1, rms(u) / clip_threshold).
/// Where g is 0 so is u (in Keras NaN if v is 0 too). Throws for a clip_threshold that is not
/// positive.
class Adafactor : public Configured<Optimizer, AdafactorOptions> {
 public:
  explicit Adafactor(AdafactorOptions options = {});
  /// "r" and "c" are those of variables with two or more axes.
  std::vector<Slot> slots() const override;
  std::vector<Slot> slots_of(const Variable& variable) const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
  void update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                       const Step& step) override;

 private:
  void average_squares(const Tensor& gradient, std::span<Tensor> slots, float keep);

  Tensor direction_;    // u of one variable
  Tensor column_sums_;  // of one matrix
};

}  // namespace optimizers
}  // namespace keratin
