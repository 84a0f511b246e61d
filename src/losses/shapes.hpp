#pragma once
// PRIVATE: how labels and predictions fit together, in losses and metrics.

#include <string_view>

#include "keratin/tape.hpp"

namespace keratin::losses {

struct Pair {
  Node first, second;
};

/// Keras's rank rule, for two shapes whose ranks differ by one and the longer of which ends in an
/// axis of 1: (N) becomes (N, 1), and any other longer shape loses that axis. Other shapes stay as
/// they are.
Pair match_ranks(Node a, Node b);

/// The shape that labels and predictions have after the rank rule. Throws std::invalid_argument if
/// they still differ. `hint` ends the message where the labels look like class ids instead of
/// one-hot labels, or the other way round.
Shape common_shape(std::string_view where, Shape y_true, Shape y_pred, const char* hint = "");

}  // namespace keratin::losses
