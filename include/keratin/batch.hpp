#pragma once
// Batch: the data that one training step sees.

#include "keratin/batch_rows.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {

/// Inputs, targets and sample weights in float32. Their first axis counts the samples; in an
/// unbatched Dataset, where an element is one sample, there is no such axis. y and sample_weight
/// are undefined (`Tensor()`) if there are none.
struct Batch {
  Tensor x, y, sample_weight;
  /// Which rows these are of a batch that is divided among processes; a total of 0: it is whole.
  BatchRows rows = {};
};

}  // namespace keratin
