#pragma once
// Models in files: Keras's .keras archives and weights, and descriptions as JSON.
//
// Model::save, save_weights, load_weights and to_json write and read what these functions do. Files
// are not trusted: a damaged or hostile one gives an exception, never more memory than the model it
// describes, and no code of it is run.

#include <string>
#include <utility>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/family.hpp"
#include "keratin/sequential.hpp"

namespace KERATIN_API keratin {

using NamedArray = std::pair<std::string, ArrayView>;
using NamedArrays = std::vector<NamedArray>;

namespace saving {

struct LoadModelOptions {
  bool compile = true;  // whether to compile the model as it was, its optimizer's state included
  std::vector<CustomObject> custom_objects = {};  // classes of the program's own, by name
  bool finite_only = false;  // whether to refuse weights that are NaN or infinite
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

/// Writes arrays of any of keratin's types to an .npz archive, not compressed, which numpy.load and
/// datasets::load_npz read:
///
///   saving::save_npz("outputs.npz", {{"x", images.slice(0, 100)}, {"y", model.predict(x)}});
///
/// Throws std::invalid_argument for an array that is not given, for an empty name and for two that
/// are equal, std::runtime_error if the file cannot be written.
void save_npz(const std::string& path, const NamedArrays& arrays);

}  // namespace saving

}  // namespace keratin
