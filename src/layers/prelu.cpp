#include "keratin/layers/prelu.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

Shape PReLU::build(const Shape& input) {
  Shape shape = input;
  for (const int axis : options().shared_axes) {
    check(axis >= 1 && static_cast<std::size_t>(axis) <= input.size(), "p_re_lu", "shared axis ",
          axis, " of inputs of shape ", input, " with a batch axis before, wanted 1 to ",
          input.size());
    shape[static_cast<std::size_t>(axis) - 1] = 1;
  }
  alpha_ = &add_weight({.name = "alpha",
                        .shape = shape,
                        .initializer = options().alpha_initializer,
                        .regularizer = options().alpha_regularizer,
                        .constraint = options().alpha_constraint});
  return input;
}

// Keras's relu(x) - alpha relu(-x): at 0 neither branch has a gradient.
Node PReLU::call(Node x, bool) { return ops::relu(x) - x.tape().use(*alpha_) * ops::relu(-x); }

}  // namespace keratin::layers
