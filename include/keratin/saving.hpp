#pragma once
// Models in files: Keras's .keras archives and weights, and descriptions as JSON.
//
// Model::save, save_weights, load_weights and to_json write and read what these functions do. Files
// are not trusted: a damaged or hostile one gives an exception, never more memory than the model it
// describes, and no code of it is run.

#include <string>
#include <vector>

#include "keratin/family.hpp"
#include "keratin/sequential.hpp"

namespace keratin::saving {

struct LoadModelOptions {
  bool compile = true;  // whether to compile the model as it was, its optimizer's state included
  std::vector<CustomObject> custom_objects = {};  // classes of the program's own, by name
};

/// The Sequential in a file of Keras: a .keras archive, or a whole-model .h5 file of TF-Keras 2 and
/// Keras 3. Layers, weights, and unless `compile` is false the compile arguments and the
/// optimizer's state are those that were saved, so that training goes on as it would have. Throws
/// std::runtime_error for a file that is missing or damaged, std::invalid_argument for a model that
/// keratin does not have, with the position, name and class of the layer concerned.
Sequential load_model(const std::string& path, const LoadModelOptions& options = {});

/// The model that Model::to_json(), or Keras's, describes: built, with new weights, not compiled.
/// Throws as load_model does.
Sequential model_from_json(const std::string& json,
                           const std::vector<CustomObject>& custom_objects = {});

}  // namespace keratin::saving
