#pragma once
// PRIVATE: what an optimizer remembers, in the order of Keras's files.

#include <span>
#include <string>
#include <vector>

#include "keratin/optimizers.hpp"

namespace keratin {

/// One slot of one variable, which is borrowed.
struct SlotPlace {
  const Variable* variable;
  std::string slot;
  Shape shape;

  /// "dense/kernel/momentum"
  std::string name() const { return variable->path + '/' + slot; }
};

/// The slots of these trainable variables. In Keras's files they follow the number of calls, an
/// integer, and the learning rate, unless a schedule gives that; Optimizer::constants() come last.
std::vector<SlotPlace> slot_places(const Optimizer& optimizer,
                                   std::span<Variable* const> variables);

/// Sets the learning rate to the number in a file, which is a float: one that is equal as a float
/// stays as precise as it was given.
void set_stored_learning_rate(Optimizer& optimizer, float stored);

}  // namespace keratin
