#pragma once
// PRIVATE: what the cross-entropies share.

#include <optional>

#include "keratin/tape.hpp"

namespace keratin::losses {

/// What the activation was taken of, or y_pred itself if it holds logits. No value: y_pred holds
/// probabilities. Squash::none looks for no activation.
std::optional<Node> logits_behind(Node y_pred, Squash activation, bool from_logits);

/// Probabilities away from 0 and 1, so that their logarithms are finite.
Node clipped(Node p);
/// Divided by their sum over the axis, then clipped.
Node normalized(Node p, int axis);

/// y_true (1 - smoothing) + smoothing / classes
Node smoothed(Node y_true, double smoothing, std::size_t classes);

/// Binary cross-entropy, element by element.
Node binary_terms(Node y_true, Node y_pred, bool from_logits);

/// x with that axis moved to the end.
Node with_axis_last(Node x, int axis);

}  // namespace keratin::losses
