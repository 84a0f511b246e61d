#pragma once
// PRIVATE: the learning rate as callbacks see it.

#include "keratin/optimizers.hpp"

namespace keratin::callbacks {

/// The learning rate as a float32, which Keras keeps it in, so that logs and messages have the same
/// digits.
inline double learning_rate_of(const Optimizer& optimizer) {
  return static_cast<float>(optimizer.learning_rate());
}

}  // namespace keratin::callbacks
