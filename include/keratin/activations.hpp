#pragma once
// Activations as functions, as Keras strings, and as what layers' options hold.

#include <string>

#include "keratin/activations/activation_function.hpp"
#include "keratin/activations/functions.hpp"

namespace KERATIN_API keratin {
namespace activations {

/// The activation of that Keras name. Throws std::invalid_argument for an unknown one, listing
/// those there are.
ActivationFunction get(const std::string& name);

}  // namespace activations
}  // namespace keratin
