#pragma once
// ActivationFunction: an activation as layers' options take it.

#include <concepts>
#include <cstddef>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "keratin/activations/unary_function.hpp"
#include "keratin/config.hpp"
#include "keratin/ops.hpp"

namespace KERATIN_API keratin {

/// What a layer applies to its output: given by Keras string, as one of the library's functions, or
/// as a function on nodes. The default is linear. A value: copy it freely.
class ActivationFunction {
 public:
  using Function = std::function<Node(Node)>;

  ActivationFunction() = default;
  /// Throws std::invalid_argument for an unknown name, listing those there are.
  ActivationFunction(const std::string& name);
  ActivationFunction(const char* name) : ActivationFunction(std::string(name)) {}
  ActivationFunction(std::nullptr_t) = delete;
  /// One of the library's functions, with its default options.
  template <class Options>
  ActivationFunction(const activations::UnaryFunction<Options>& function)
      : ActivationFunction(function.name()) {}
  /// Any other function. Throws std::invalid_argument if it is empty.
  ActivationFunction(Function function);
  template <class F>
  requires(std::is_invocable_r_v<Node, const F&, Node> && !std::same_as<F, ActivationFunction> &&
           !std::same_as<F, Function>) ActivationFunction(F function)
      : ActivationFunction(Function(std::move(function))) {}

  Node operator()(Node x) const { return function_ ? function_(x) : x; }
  Tensor operator()(const Tensor& x) const;

  /// Keras's name ("silu" also where "swish" was given), or "" for a function without one.
  const std::string& name() const { return name_; }
  /// The activation that ops::linear can apply in the same pass, if it is one of those.
  ops::Fused fused() const { return fused_; }

  /// The name. Throws std::invalid_argument for a function without one.
  Config config() const;
  /// From a name; null stands for linear.
  static ActivationFunction from_config(const Config& config);

 private:
  std::string name_ = "linear";
  Function function_ = {};  // empty: linear
  ops::Fused fused_ = ops::Fused::none;
};

}  // namespace keratin
