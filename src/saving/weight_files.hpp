#pragma once
// PRIVATE: weights and the optimizer's state in files.

#include <string>
#include <string_view>
#include <vector>

#include "keratin/model.hpp"
#include "saving/hdf5_file.hpp"

namespace keratin {

/// A model.weights.h5 file as Keras writes it. It can be made anew when the weights have changed:
/// as long as the model has the same variables, only their values are replaced in it, without HDF5.
class KerasWeights {
 public:
  void take(std::string_view where, const Model& model);
  /// What take() has made.
  const std::string& bytes() const { return bytes_; }

 private:
  /// What the file has at a path.
  struct Entry {
    enum class Kind { object, numbers, integer };
    std::string path;
    Kind kind;
    std::string name = {};  // of an object
    Shape shape = {};       // of numbers
    bool operator==(const Entry&) const = default;
  };
  class Contents;
  void build(std::string_view where, const Contents& contents);
  void replace_values(const Contents& contents);

  std::vector<Entry> entries_;       // of the bytes
  std::vector<std::size_t> places_;  // of their values, in bytes
  std::string bytes_;
};

/// Reads such a file into a model that is built. Throws std::invalid_argument, with nothing
/// changed, unless it has all the model's weights in their shapes; with skip_mismatch warns of
/// those that do not fit instead.
void read_keras_weights(std::string_view where, const Hdf5Reader& file, Model& model,
                        bool skip_mismatch);

/// Reads the state of the model's optimizer, if the file has one. Warns, and changes nothing, if it
/// belongs to another model or optimizer.
void read_keras_optimizer(std::string_view where, const Hdf5Reader& file, Model& model);

}  // namespace keratin
