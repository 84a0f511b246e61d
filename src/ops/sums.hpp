#pragma once
// PRIVATE: gradients that kernels compute together.

#include "keratin/op.hpp"
#include "kernels/parts.hpp"

namespace keratin::ops {

/// Where the gradient of `input` goes, if someone wants it. Whoever asks must write it before
/// the backward function returns.
inline kernels::Sum wanted_sum(Node input) {
  kernels::Sum sum;
  accumulate(input, [&](Tensor& gradient, float keep) { sum = {gradient.data(), keep != 0}; });
  return sum;
}

}  // namespace keratin::ops
