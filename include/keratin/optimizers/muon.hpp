#pragma once

#include "keratin/optimizers/optimizer.hpp"

namespace KERATIN_API keratin {
namespace optimizers {

struct MuonOptions {
  LearningRate learning_rate = 0.001;
  double adam_beta_1 = 0.9;
  double adam_beta_2 = 0.999;
  std::optional<double> adam_weight_decay = 0.004;
  double epsilon = 1e-7;
  std::optional<double> weight_decay = 0.004;
  std::optional<double> clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  bool use_ema = false;
  double ema_momentum = 0.99;
  std::optional<int> ema_overwrite_frequency = {};
  std::optional<double> loss_scale_factor = {};
  std::optional<int> gradient_accumulation_steps = {};
  std::string name = "muon";
  std::vector<std::string> exclude_layers = {};  // regular expressions
  bool exclude_embeddings = true;
  double muon_a = 3.4445;
  double muon_b = -4.7750;
  double muon_c = 2.0315;
  double adam_lr_ratio = 1;
  double momentum = 0.95;
  int ns_steps = 5;
  bool nesterov = true;
  std::optional<double> rms_rate = 0.2;
};
template <class V>
void fields(V& v, MuonOptions& o) {
  v("learning_rate", o.learning_rate);
  v("adam_beta_1", o.adam_beta_1);
  v("adam_beta_2", o.adam_beta_2);
  v("adam_weight_decay", o.adam_weight_decay);
  v("epsilon", o.epsilon);
  optimizer_fields(v, o);
  v("exclude_layers", o.exclude_layers);
  v("exclude_embeddings", o.exclude_embeddings);
  v("muon_a", o.muon_a);
  v("muon_b", o.muon_b);
  v("muon_c", o.muon_c);
  v("adam_lr_ratio", o.adam_lr_ratio);
  v("momentum", o.momentum);
  v("ns_steps", o.ns_steps);
  v("nesterov", o.nesterov);
  v("rms_rate", o.rms_rate);
}

/// Moves matrices along a momentum that has been made nearly orthogonal (Jordan et al. 2024; Liu et
/// al. 2025), and all other variables as AdamW does, with learning rate lr adam_lr_ratio and
/// adam_weight_decay.
///
/// Of a matrix: m = momentum m + g, x = g + momentum m with nesterov, else m, then x / (|x| + 1e-7)
/// and ns_steps times x = a x + (b s + c s^2) x, where s = x x^T (x^T x on the right if x has more
/// rows than columns) and a, b and c are muon_a, muon_b and muon_c; w -= lr rms_rate sqrt(longer
/// side) x, without the last two factors if there is no rms_rate.
///
/// Not taken for matrices are variables in whose path ("dense/kernel") one of exclude_layers is
/// found, such as the last layer's name, and with exclude_embeddings those in whose path
/// "embedding" is found. Throws for a beta outside [0, 1), negative ns_steps and what is no regular
/// expression.
class Muon : public Configured<Optimizer, MuonOptions> {
 public:
  explicit Muon(MuonOptions options = {});
  /// "velocity" is that of variables that move as with AdamW.
  std::vector<Slot> slots() const override;
  std::vector<Slot> slots_of(const Variable& variable) const override;

 protected:
  void update(const Slice& slice, const Step& step) const override;
  void update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                       const Step& step) override;
  std::optional<double> weight_decay_of(const Variable& variable) const override;

 private:
  bool uses_adam(const Variable& variable) const;
  void move_momentum(Tensor& momentum, const Tensor& gradient);
  void orthogonalize();

  Tensor direction_, square_, polynomial_, product_;  // x, s, b s + c s^2, and its product with x
};

}  // namespace optimizers
}  // namespace keratin
