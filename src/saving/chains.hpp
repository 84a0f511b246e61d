#pragma once
// PRIVATE: Keras's descriptions of models whose layers form a chain.

#include <string_view>

#include "keratin/config.hpp"

namespace keratin {

/// The description of a model, or of a layer, with a Sequential in place of each Functional
/// (`Model` in TF-Keras 2) whose layers form a chain, from one input to one output, and with a
/// layer that is another one's activation behind that layer. Throws std::invalid_argument for
/// models that are no chains, and names the layer where they are not.
Config as_chain(std::string_view where, const Config& described);

}  // namespace keratin
