#pragma once
// Activations, as functions on nodes and tensors and as Keras strings. Formulas and slopes, at the
// corners too: Keras 3 on TensorFlow. Elementwise but for softmax and log_softmax. NaN goes
// through.

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "keratin/check.hpp"
#include "keratin/config.hpp"
#include "keratin/ops.hpp"
#include "keratin/tape.hpp"

namespace keratin {

/// What a layer does to its output: a Keras string or a function on nodes. A value: copy it freely.
class ActivationFunction {
 public:
  using Function = std::function<Node(Node)>;

  ActivationFunction() = default;  // linear
  ActivationFunction(const char* name) : ActivationFunction(std::string(name)) {}
  /// By its Keras name; throws for an unknown one, listing those there are.
  ActivationFunction(const std::string& name);
  /// A user's own function.
  template <class F>
  requires(std::is_invocable_r_v<Node, const F&, Node> && !std::is_same_v<F, ActivationFunction>)
      ActivationFunction(F function)
      : ActivationFunction("", Function(std::move(function))) {}

  Node operator()(Node x) const { return function_ ? function_(x) : x; }
  Tensor operator()(const Tensor& x) const;

  /// Keras's name ("silu" for "swish" too); empty for a user's own.
  const std::string& name() const { return name_; }
  Config config() const {
    check(!name_.empty(), "activation", "a function of one's own has no name to describe it by");
    return name_;
  }
  static ActivationFunction from_config(const Config& c) { return *c.get_if<std::string>(); }
  /// What ops::linear can apply on its way; none: call the activation. A linear one has nothing to
  /// apply.
  ops::Fused fused() const;

 private:
  ActivationFunction(std::string name, Function function)
      : name_(std::move(name)), function_(std::move(function)) {}
  std::string name_ = "linear";
  Function function_;  // empty: linear
};

namespace activations {

struct ReluOptions {
  double negative_slope = 0.0;  // of (x - threshold) at and below the threshold
  std::optional<double> max_value = {};
  double threshold = 0.0;
};
struct LeakyReluOptions {
  double negative_slope = 0.2;
};
struct AlphaOptions {
  double alpha = 1.0;
};
struct GeluOptions {
  bool approximate = false;  // by tanh
};
struct ShrinkOptions {
  double threshold = 0.5;
};
struct SquareplusOptions {
  double b = 4.0;
};
struct AxisOptions {
  int axis = -1;
};

Node linear(Node x);                                     // x
Node relu(Node x, ReluOptions options = {});             // max(x, 0)
Node relu6(Node x);                                      // min(max(x, 0), 6)
Node leaky_relu(Node x, LeakyReluOptions options = {});  // x > 0 ? x : negative_slope x
Node elu(Node x, AlphaOptions options = {});             // x > 0 ? x : alpha (e^x - 1)
Node selu(Node x);                                       // 1.0507 elu(x, {1.67326})
Node celu(Node x, AlphaOptions options = {});  // max(x, 0) + alpha (e^(min(x, 0) / alpha) - 1)
Node gelu(Node x, GeluOptions options = {});   // x / 2 (1 + erf(x / sqrt(2)))
Node silu(Node x);                             // x sigmoid(x)
Node mish(Node x);                             // x tanh(softplus(x))
Node sigmoid(Node x);                          // 1 / (1 + e^-x)
Node hard_sigmoid(Node x);                     // min(max(x / 6 + 1/2, 0), 1)
Node hard_silu(Node x);                        // x hard_sigmoid(x)
Node tanh(Node x);
Node hard_tanh(Node x);                                // min(max(x, -1), 1)
Node softplus(Node x);                                 // log(1 + e^x)
Node softsign(Node x);                                 // x / (1 + |x|)
Node exponential(Node x);                              // e^x
Node log_sigmoid(Node x);                              // -softplus(-x)
Node hard_shrink(Node x, ShrinkOptions options = {});  // |x| > threshold ? x : 0
Node soft_shrink(
    Node x,
    ShrinkOptions options = {});  // x - threshold above it, x + threshold below -threshold, else 0
Node tanh_shrink(Node x);         // x - tanh(x)
Node squareplus(Node x, SquareplusOptions options = {});  // (x + sqrt(x^2 + b)) / 2
Node sparse_plus(Node x);     // 0 up to -1, (x + 1)^2 / 4 up to 1, then x
Node sparse_sigmoid(Node x);  // min(max((x + 1) / 2, 0), 1)
Node threshold(Node x, double threshold,
               double default_value);  // x > threshold ? x : default_value
Node softmax(Node x, AxisOptions options = {});
Node log_softmax(Node x, AxisOptions options = {});

Tensor linear(const Tensor& x);
Tensor relu(const Tensor& x, ReluOptions options = {});
Tensor relu6(const Tensor& x);
Tensor leaky_relu(const Tensor& x, LeakyReluOptions options = {});
Tensor elu(const Tensor& x, AlphaOptions options = {});
Tensor selu(const Tensor& x);
Tensor celu(const Tensor& x, AlphaOptions options = {});
Tensor gelu(const Tensor& x, GeluOptions options = {});
Tensor silu(const Tensor& x);
Tensor mish(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor hard_sigmoid(const Tensor& x);
Tensor hard_silu(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor hard_tanh(const Tensor& x);
Tensor softplus(const Tensor& x);
Tensor softsign(const Tensor& x);
Tensor exponential(const Tensor& x);
Tensor log_sigmoid(const Tensor& x);
Tensor hard_shrink(const Tensor& x, ShrinkOptions options = {});
Tensor soft_shrink(const Tensor& x, ShrinkOptions options = {});
Tensor tanh_shrink(const Tensor& x);
Tensor squareplus(const Tensor& x, SquareplusOptions options = {});
Tensor sparse_plus(const Tensor& x);
Tensor sparse_sigmoid(const Tensor& x);
Tensor threshold(const Tensor& x, double threshold, double default_value);
Tensor softmax(const Tensor& x, AxisOptions options = {});
Tensor log_softmax(const Tensor& x, AxisOptions options = {});

/// What ActivationFunction's constructor from a name finds.
ActivationFunction get(const std::string& name);

}  // namespace activations
}  // namespace keratin
