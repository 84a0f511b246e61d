#pragma once
// Gradients against central differences.

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "keratin/tape.hpp"

namespace keratin::test {

/// What is checked, as a function of its inputs.
using Function = std::function<Node(std::span<const Node>)>;

/// A tensor of unlike values in (low, high), none nearer than 1/16 to a multiple of 1/2, where the
/// kinks of ops lie. All are multiples of 1/256, so that a step of a power of two is exact. Another
/// seed gives others.
Tensor off_kinks(const Shape& shape, float low = -2, float high = 2, int seed = 1);

/// Values in no order, each a quarter or more from the next: for ops that choose. Those of another
/// offset (1/8) differ from all.
Tensor distinct(const Shape& shape, float offset = 0);

/// sum(w_i * y_i), with unlike w_i of either sign: a plain sum hides a gradient that went to the
/// wrong place.
Node weigh(Node y);
double weighed(const Tensor& y);

struct GradientCheck {
  double step = 1.0 / 32;               // inputs stay off the kinks by twice this
  double tolerance = 5e-5;              // of 1 + the size of the difference quotient
  std::vector<std::size_t> fixed = {};  // inputs without a gradient: labels, indices, conditions
};

/// Checks, with Catch, d weigh(f(inputs)) / d inputs:
/// - against central differences of the fourth order, f's values weighed and added in double;
/// - that a second use of f adds up, in buffers that hold an earlier pass's numbers;
/// - that each input's gradient is the same when nobody wants the others'.
void check_gradients(const std::string& name, const Function& f, const std::vector<Tensor>& inputs,
                     const GradientCheck& options = {});

}  // namespace keratin::test
