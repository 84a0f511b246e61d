#pragma once
// UnaryFunction: an activation of the library as a function. elu(x, {.alpha = 0.5}) works on
// tensors as on nodes.

#include "keratin/tape.hpp"

namespace KERATIN_API keratin {
namespace activations {

/// The options of activations that have none.
struct NoOptions {};

/// A function object, of which the library has one constant per activation. `Options` is a struct
/// of what it takes besides x.
template <class Options = NoOptions>
class UnaryFunction {
 public:
  using Formula = Node (*)(Node x, const Options& options);

  constexpr UnaryFunction(const char* name, Formula formula) : name_(name), formula_(formula) {}

  /// Keras's name, by which activations::get() knows the function.
  const char* name() const { return name_; }

  Node operator()(Node x, const Options& options = {}) const { return formula_(x, options); }
  Tensor operator()(const Tensor& x, const Options& options = {}) const {
    GradientTape tape;
    tape.begin(/*recording=*/false);
    return formula_(tape.constant(x), options).value();
  }

 private:
  const char* name_;
  Formula formula_;
};

}  // namespace activations
}  // namespace keratin
