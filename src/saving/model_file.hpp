#pragma once
// PRIVATE: a file that a model is saved in.

#include <string>

#include "keratin/model.hpp"
#include "saving/weight_files.hpp"

namespace keratin {

/// Saves a model in two steps: what the model is at one moment is taken, and then written, possibly
/// by another thread while the model goes on. Taking the same model again is cheaper.
class ModelFile {
 public:
  /// As Model::save(path) and Model::save_weights(path), whose errors these throw; nothing is
  /// written yet.
  void take(const Model& model, const std::string& path);
  void take_weights(const Model& model, const std::string& path);
  /// Writes the file that was taken last. Throws std::runtime_error if that fails.
  void write() const;

 private:
  void prepare(const Model& model, const char* where, const std::string& path);

  const char* where_ = "";
  std::string path_;
  std::string config_;       // of a .keras file
  std::string safetensors_;  // the bytes of such a file
  KerasWeights weights_;     // of the others
};

}  // namespace keratin
