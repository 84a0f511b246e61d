#pragma once
// PRIVATE: Keras's configurations as keratin's.

#include <string>
#include <string_view>

#include "keratin/config.hpp"
#include "keratin/shape.hpp"

namespace keratin {

/// The same configuration in the form that member_from_config() takes: without what keratin does
/// not need (modules, shapes of builds, policies), what it does not have and is not used either
/// ("sparse": false), and with plain values for tuples, arrays, functions and seed generators.
Config from_keras(std::string_view where, const Config& config);

/// Warns of each precision other than float32 in the description of a model, of which keratin takes
/// no notice. Integers are fine: ids are kept in float32, too.
void warn_of_precisions(std::string_view where, const Config& model);

/// The text that `object` holds under the key, or null.
const std::string* text_of(const Config& object, std::string_view key);

/// A shape of Keras, [null, 28, 28], without the batch axis.
Shape sample_shape(std::string_view where, const Config& shape);

}  // namespace keratin
