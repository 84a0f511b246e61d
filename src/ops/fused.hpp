#pragma once
// PRIVATE: activations that ops apply to their results while these are in cache.

#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
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

/// The gradient of what the activation was applied to, in memory of the tape.
inline const Tensor& before_activation(Fused activation, const Tensor& y, const Tensor& dy,
                                       GradientTape& tape) {
  const auto gradient = gradient_of(activation);
  if (!gradient) return dy;
  constexpr std::size_t grain = 1 << 14;
  Tensor& dz = tape.scratch(0, y.shape());
  kernels::parallel_slices(y.size(), grain, [&](std::size_t i, std::size_t n) {
    gradient(y.data() + i, y.data() + i, dy.data() + i, dz.data() + i, n, 0, 0, false);
  });
  return dz;
}

}  // namespace keratin::ops
