#pragma once
// PRIVATE door to xtensor: a Tensor seen as an xtensor expression. No copy; never let an expression
// outlive its statement.

#if __has_include(<xtensor/containers/xarray.hpp>)  // since xtensor 0.26
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#include <xtensor/views/xstrided_view.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xstrided_view.hpp>
#endif

#include "keratin/tensor.hpp"

namespace keratin {

inline xt::svector<std::size_t, 8> dims(const Shape& shape) { return {shape.begin(), shape.end()}; }
inline auto view(const Tensor& tensor) {
  return xt::adapt(tensor.data(), tensor.size(), xt::no_ownership(), dims(tensor.shape()));
}
inline auto view(Tensor& tensor) {
  return xt::adapt(tensor.data(), tensor.size(), xt::no_ownership(), dims(tensor.shape()));
}

}  // namespace keratin
