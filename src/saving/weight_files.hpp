#pragma once
// PRIVATE: weights and the optimizer's state in files.

#include <string>
#include <string_view>

#include "keratin/model.hpp"
#include "saving/hdf5_file.hpp"

namespace keratin {

/// The bytes of a model.weights.h5 file as Keras writes it.
std::string write_keras_weights(std::string_view where, const Model& model);

/// Reads such a file into a model that is built. Throws std::invalid_argument, with nothing
/// changed, unless it has all the model's weights in their shapes; with skip_mismatch warns of
/// those that do not fit instead.
void read_keras_weights(std::string_view where, const Hdf5Reader& file, Model& model,
                        bool skip_mismatch);

/// Reads the state of the model's optimizer, if the file has one. Warns, and changes nothing, if it
/// belongs to another model or optimizer.
void read_keras_optimizer(std::string_view where, const Hdf5Reader& file, Model& model);

}  // namespace keratin
