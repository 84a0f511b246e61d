#pragma once
// PRIVATE: a model's weights and the optimizer's state in .safetensors files.
//
//   dense/kernel, base/dense/bias       weights by the names of their layers
//   optimizer/iteration                 how often apply() was called, an int64
//   optimizer/learning_rate             unless a schedule decides
//   optimizer/dense/kernel/momentum     the slots of each weight that is trained
//
// The texts name the `model` and the `optimizer`.

#include <string>
#include <string_view>

#include "keratin/model.hpp"
#include "saving/safetensors.hpp"

namespace keratin {

/// The bytes of such a file. Throws std::invalid_argument if two layers have the same name.
std::string write_safetensors_weights(std::string_view where, const Model& model);

/// Reads such a file into a model that is built. Throws std::invalid_argument, with nothing
/// changed, unless it has all the model's weights in their shapes, and no further ones of the same
/// layers; with skip_mismatch warns of those that do not fit instead. Other arrays are ignored.
void read_safetensors_weights(std::string_view where, const SafetensorsReader& file, Model& model,
                              bool skip_mismatch);

/// Reads the state of the model's optimizer, if the file has one. Warns, and changes nothing, if it
/// belongs to another model or optimizer.
void read_safetensors_optimizer(std::string_view where, const SafetensorsReader& file,
                                Model& model);

}  // namespace keratin
