#pragma once
// PRIVATE: how a sample_weight fits the per-sample values of a loss.

#include <string_view>

#include "keratin/tape.hpp"

namespace keratin::losses {

/// Values and weights in the shapes in which they multiply.
struct WeightedValues {
  Node values, weight;
};

/// Brings values and weight to shapes of which one broadcasts to the other, as Keras does:
/// - Weights of rank 0 count for all values.
/// - A single value for the batch takes one weight for each sample, and becomes a value for each.
/// - After the rank rule, weights broadcast to the values as in NumPy, aligned at the last axis:
///   (N), (N, 1) and (N, T) are weights per sample, (1, T) and (T) weights per place.
/// Whether weights fit never depends on an axis having size 1 by chance, such as the batch axis in
/// a last batch of one sample: a list of weights must have the length of the axis that it stands
/// for, and only where weights have as many axes as the values, two or more, does a 1 in their
/// shape stand for any size.
/// Throws std::invalid_argument for weights that do not fit, and for those with fewer axes than the
/// values whose first axis has the size of the batch: they may be meant per sample, which must be
/// said by axes of 1 at the end. `y_pred` is the predictions' shape.
WeightedValues weighted_values(std::string_view where, Node values, Node weight,
                               const Shape& y_pred);

}  // namespace keratin::losses
