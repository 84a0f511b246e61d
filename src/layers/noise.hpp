#pragma once
// PRIVATE: what the layers that draw random numbers share.

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "keratin/random.hpp"

namespace keratin::layers {

inline void check_rate(double rate, const char* where) {
  check(rate >= 0 && rate <= 1, where, "rate is ", rate, ", wanted 0 to 1");
}

/// The options with one of them set: a constructor's first argument.
template <class Options, class T>
Options with_field(Options options, T Options::*field, std::type_identity_t<T> value) {
  options.*field = std::move(value);
  return options;
}

/// Ones for each of x's rows.
inline Node ones_for_rows_of(Node x, const Shape& shape) {
  return x.tape().make_for_rows_of(x, shape, [](Tensor& values) { values.fill(1); });
}

/// Ones in Keras's noise_shape for inputs x: a size that is not given is that of x.
Node ones_in_noise_shape(Node x, const std::vector<std::optional<int>>& sizes, const char* where);

}  // namespace keratin::layers
