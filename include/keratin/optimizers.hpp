#pragma once
// Optimizers, as classes and Keras strings. Update rules and defaults are those of Keras 3.

#include "keratin/optimizers/adam.hpp"
#include "keratin/optimizers/optimizer.hpp"
#include "keratin/optimizers/rmsprop.hpp"
#include "keratin/optimizers/sgd.hpp"

namespace keratin::optimizers {

/// An optimizer with its defaults by its Keras name, in whatever case. Throws std::invalid_argument
/// for an unknown one, listing those there are.
std::shared_ptr<Optimizer> get(const std::string& name);

}  // namespace keratin::optimizers
