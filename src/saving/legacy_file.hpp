#pragma once
// PRIVATE: the .h5 files that Keras wrote before .keras: of whole models, and of weights alone.
// Without KERATIN_KERAS_FILES the constructor throws.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "saving/hdf5_file.hpp"

namespace keratin {

struct LegacyWeight {
  std::string name;  // as Keras printed it: "dense/kernel:0"
  std::string path;  // in the file
};

/// A layer's weights: the trainable ones, then the others.
struct LegacyLayer {
  std::string name;
  std::vector<LegacyWeight> weights;
};

/// Reads a file of TF-Keras 2 or Keras 3 that may be damaged or hostile. Errors are
/// std::runtime_error "[where] name: ...".
class LegacyFile {
 public:
  /// The file's contents; `name` is what errors call it. Throws if it is not such a file.
  LegacyFile(std::string_view where, std::string name, std::string bytes);

  /// The model's JSON text; nothing in a file of weights alone.
  const std::optional<std::string>& model_config() const { return model_config_; }
  /// The JSON text of the arguments of compile; nothing if the model was not compiled.
  const std::optional<std::string>& training_config() const { return training_config_; }
  /// In the order of the model, without the InputLayer, with those that have no weights.
  const std::vector<LegacyLayer>& layers() const { return layers_; }
  const std::vector<LegacyWeight>& optimizer_weights() const { return optimizer_weights_; }

  /// The arrays themselves, by their paths.
  const Hdf5Reader& arrays() const { return file_; }

 private:
  Hdf5Reader file_;
  std::optional<std::string> model_config_, training_config_;
  std::vector<LegacyLayer> layers_;
  std::vector<LegacyWeight> optimizer_weights_;
};

}  // namespace keratin
