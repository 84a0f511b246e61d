#pragma once
// PRIVATE: how labels, predictions and weights of losses fit together, and what every loss shares.

#include <string>
#include <string_view>

#include "keratin/array_view.hpp"
#include "keratin/tape.hpp"

namespace keratin::losses {

struct Pair {
  Node first, second;
};

/// Keras's rank rule: of two shapes whose ranks differ by one, the longer ending in an axis of 1,
/// the shorter gets such an axis if it is (N), else the longer loses it. Others stay.
Pair same_rank(Node a, Node b);

/// Both in one shape, by the rank rule. Throws where they still differ, with a hint if labels of
/// another kind look likely.
Pair matched(const char* where, Node y_true, Node y_pred, const char* hint = "");
/// The same for shapes alone: the one they have then. Metrics go by it, too.
Shape common_shape(std::string_view where, Shape y_true, Shape y_pred, const char* hint = "");

/// common_shape as a loss's inspect().
inline auto same_shape(const char* where, const char* hint = "") {
  return [where, hint](const ArrayView& y_true, const Shape& y_pred) {
    common_shape(where, y_true.shape(), y_pred, hint);
  };
}

/// A weight that fits per-sample values, both in the rank in which they multiply. Throws for one
/// that does not, or fits in two ways. A scalar value takes a weight for each of the `samples`.
Pair weights_for(const std::string& where, Node values, Node weight, const Shape& y_pred);

/// A loss's function on Tensors: on a tape that lives as long as the call.
template <class Function>
Tensor on_tensors(const Tensor& y_true, const Tensor& y_pred, const Function& function) {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  return function(tape.constant(y_true), tape.constant(y_pred)).value();
}

}  // namespace keratin::losses
