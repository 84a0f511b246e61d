#pragma once
// Optimizers, as classes and Keras strings. Update rules and defaults: Keras 3.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "keratin/tape.hpp"

namespace keratin {

/// What every optimizer takes. At most one of the clips may be given; one that is 0 or less does
/// nothing.
struct OptimizerOptions {
  double learning_rate = 0.001;
  std::optional<double> weight_decay =
      {};  // each step first takes this part times the learning rate off every weight
  std::optional<double> clipnorm = {};         // longest gradient of one variable (L2)
  std::optional<double> clipvalue = {};        // largest element
  std::optional<double> global_clipnorm = {};  // longest gradient of all variables together (L2)
  std::string name = "";
};

/// Moves weights along their gradients, and keeps what it must remember of each weight in slots.
/// Copying copies those too.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One step: reads each variable's gradient, clips it, decays and updates the value. Passes over
  /// variables that are not trainable or have no gradient; throws std::invalid_argument when none
  /// of them has one. Counts as one step however many variables there are.
  void apply(std::span<Variable* const> variables);

  double learning_rate() const { return options_.learning_rate; }
  void set_learning_rate(double learning_rate);  // throws for a negative one
  long iterations() const { return iterations_; }
  const std::string& name() const { return options_.name; }

 protected:
  /// `slots`: how many tensors of its own shape, zeros at first, each variable needs.
  Optimizer(OptimizerOptions options, std::size_t slots);
  Optimizer(const Optimizer&) = default;
  Optimizer& operator=(const Optimizer&) = default;

  /// Changes `weights` by `gradient`, of the same shape. The first step is 1.
  virtual void update(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots,
                      long step) = 0;

 private:
  struct Known {
    const Variable* variable;
    std::vector<Tensor> slots;
  };
  Known& known(const Variable& variable);
  const Tensor& clipped(const Tensor& gradient, float global_norm);

  OptimizerOptions options_;
  std::size_t slot_count_;
  long iterations_ = 0;
  std::vector<Known> known_;
  std::size_t expected_ =
      0;  // where in known_ the next variable is, if they come in the same order as last time
  Tensor clipped_;
};

namespace optimizers {

struct SGDOptions {
  double learning_rate = 0.01;
  double momentum = 0.0;
  bool nesterov = false;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  std::string name = "";
};

/// w -= lr g; with momentum m: v = m v - lr g, w += v, or with nesterov w += m v - lr g. Throws for
/// a momentum outside [0, 1].
class SGD : public Optimizer {
 public:
  explicit SGD(SGDOptions options = {});

 protected:
  void update(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots, long step) override;

 private:
  float momentum_;
  bool nesterov_;
};

struct RMSpropOptions {
  double learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  std::string name = "";
};

/// v = rho v + (1 - rho) g^2, w -= lr g / sqrt(v + epsilon). Centered: v - a^2 for v, where a = rho
/// a + (1 - rho) g. With momentum the steps add up in a velocity that it shrinks. Throws for a rho
/// outside [0, 1] or a negative momentum.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(RMSpropOptions options = {});

 protected:
  void update(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots, long step) override;

 private:
  double rho_;
  float momentum_, epsilon_;
  bool centered_;
};

struct AdamOptions {
  double learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  std::optional<double> weight_decay = {}, clipnorm = {}, clipvalue = {}, global_clipnorm = {};
  std::string name = "";
};

/// m += (g - m)(1 - beta_1), v += (g^2 - v)(1 - beta_2), w -= lr sqrt(1 - beta_2^k) / (1 -
/// beta_1^k) m / (sqrt(v) + epsilon) at step k (Kingma and Ba 2014, with the epsilon-hat of their
/// section 2). amsgrad: the largest v so far. Throws for a beta outside [0, 1).
class Adam : public Optimizer {
 public:
  explicit Adam(AdamOptions options = {});

 protected:
  void update(Tensor& weights, const Tensor& gradient, std::span<Tensor> slots, long step) override;

 private:
  double beta_1_, beta_2_;
  float epsilon_;
  bool amsgrad_;
};

/// An optimizer with its defaults, by its Keras name, in whatever case. Throws for an unknown one,
/// listing those there are.
std::shared_ptr<Optimizer> get(const std::string& name);

}  // namespace optimizers
}  // namespace keratin
