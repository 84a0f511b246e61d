#pragma once
// PRIVATE: the weights and the optimizer's state in legacy .h5 files.

#include <string_view>

#include "keratin/model.hpp"
#include "saving/legacy_file.hpp"

namespace keratin {

/// Reads the weights into a model that is built. The file's layers that have weights are the
/// model's, in order, whatever their names. Throws std::invalid_argument, with nothing changed, if
/// their numbers differ, or their weights' numbers or shapes; with skip_mismatch warns of the
/// weights that do not fit instead.
void read_legacy_weights(std::string_view where, const LegacyFile& file, Model& model,
                         bool skip_mismatch);

/// Reads the state of the model's optimizer, if the file has one. Warns, and changes nothing, if it
/// belongs to another model or optimizer.
void read_legacy_optimizer(std::string_view where, const LegacyFile& file, Model& model);

}  // namespace keratin
