#pragma once
// PRIVATE: what the cross-entropies share.

#include <optional>

#include "keratin/tape.hpp"

namespace keratin::losses {

/// The input of the activation `op` if `y_pred` is its output.
std::optional<Node> logits_behind(Node y_pred, const Op& op);
/// The logits of a binary loss in the shape of y_pred: the input of the sigmoid that gave y_pred
/// (perhaps reshaped, as elements stay what they are), or with `from_logits` y_pred itself.
std::optional<Node> binary_logits(Node y_pred, bool from_logits);

/// Probabilities kept away from 0 and 1, so that their logarithms are finite.
Node clipped(Node p);
/// Divided by their sum over the axis, then clipped.
Node normalized(Node p, int axis);

/// y_true (1 - smoothing) + smoothing / classes
Node smoothed(Node y_true, double smoothing, std::size_t classes);

/// The binary cross-entropy of each element: from the logits where there are any, else from p.
Node binary_terms(Node y_true, Node p, std::optional<Node> logits);

/// x with that axis moved to the end.
Node with_axis_last(Node x, int axis);

}  // namespace keratin::losses
