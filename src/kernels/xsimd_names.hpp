#pragma once
// What xsimd 8 and later versions call differently. The functions are found through their
// arguments, so that one that does not exist is no error.

#include <concepts>
#include <xsimd/xsimd.hpp>

namespace keratin::kernels {

/// The sum of a batch's lanes.
template <class T, class A>
T sum_of_lanes(const xsimd::batch<T, A>& batch) {
  if constexpr (requires { reduce_add(batch); }) {
    return reduce_add(batch);
  } else {
    return hadd(batch);
  }
}

/// The bits of a batch as lanes of another type, To.
template <class To, class T, class A>
xsimd::batch<To, A> bits_as(const xsimd::batch<T, A>& batch) {
  using Result = xsimd::batch<To, A>;
  if constexpr (requires {
                  { bitwise_cast<To>(batch) } -> std::same_as<Result>;
                }) {
    return bitwise_cast<To>(batch);
  } else {
    return bitwise_cast<Result>(batch);
  }
}

}  // namespace keratin::kernels
