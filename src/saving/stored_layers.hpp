#pragma once
// PRIVATE: where files keep a model's weights.

#include <functional>
#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace keratin {

/// A layer, or the model itself, and its own weights.
struct StoredLayer {
  std::string path;  // in Keras's files: "layers/sequential/layers/dense_1", "" for the model
  std::string name;  // by which people know it: "base/head", "" for the model
  const Layer* layer;
  std::vector<Variable*> variables;  // in Keras's order: trainable ones first

  /// "head/kernel"
  std::string name_of(const Variable& variable) const;
  /// Whether Keras stores it as an integer: Normalization's count.
  bool is_integer(const Variable& variable) const;
};

/// The model and all layers in it, each behind the one it is in. Keras numbers layers by their
/// classes within the model that they are in, whatever their names. Models in there are Sequential,
/// or Functional where `is_functional` says so of the path that they are all in.
std::vector<StoredLayer> stored_layers(
    const Layer& model, const std::function<bool(const std::string& folder)>& is_functional = {});

}  // namespace keratin
