#pragma once
// PRIVATE: activations that ops apply to their results while these are in cache.

#include "keratin/ops.hpp"
#include "kernels/simd.hpp"

namespace keratin::ops {

/// y = activation(y + bias) for rows of `columns` values; bias may be null.
inline kernels::Simd::Epilogue epilogue_of(Fused activation) {
  return kernels::simd().epilogue[static_cast<std::size_t>(activation)];
}

/// Its gradient, which follows from its value; null for none.
inline kernels::Simd::MapGradient gradient_of(Fused activation) {
  using namespace kernels;
  switch (activation) {
    case Fused::none: return nullptr;
    case Fused::relu: return simd().map_gradient[IndexOf<functions::Relu, Unary>::value];
    case Fused::tanh: return simd().map_gradient[IndexOf<functions::Tanh, Unary>::value];
  }
  return nullptr;
}

}  // namespace keratin::ops
