#pragma once
// PRIVATE: the descriptions in legacy .h5 files as those of .keras files.

#include "keratin/config.hpp"

namespace keratin {

/// The config.json that Keras 3 would write of the model: TF-Keras 2's names and values replaced,
/// and what `training_config` says, if it is given, in compile_config. Descriptions of Keras 3 stay
/// as they are. Nothing is checked here.
Config keras_description(const Config& model_config, const Config* training_config);

}  // namespace keratin
