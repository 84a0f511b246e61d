#pragma once
// Layer: what a layer is. It makes variables when it learns its input's shape, and computes with
// public ops.

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/initializers.hpp"
#include "keratin/tape.hpp"

namespace keratin {

struct WeightOptions {
  std::string name = "weight";
  Shape shape = {};
  InitializerHandle initializer = "glorot_uniform";
  bool trainable = true;
};

class Layer {
 public:
  explicit Layer(std::string name = "") : name(std::move(name)) {}
  Layer(Layer&&) = default;
  Layer& operator=(Layer&&) = default;
  virtual ~Layer() = default;

  /// Makes the variables for inputs of that shape (batch axis left out) and returns the output's,
  /// likewise. Throws std::invalid_argument when the layer cannot take such inputs.
  virtual Shape build(const Shape& input) { return input; }
  /// x: (batch, ...) on a tape; `training` is false in evaluate and predict.
  virtual Node call(Node x, bool training) = 0;

  /// What models call: builds the layer the first time. A layer that has weights keeps to the input
  /// shape it first met.
  Shape connect(const Shape& input);

  /// All weights, in the order they were made.
  std::vector<Variable*> variables() const;
  void append_variables(std::vector<Variable*>& all) const;
  /// "Dense" for layers::Dense, and so for a user's own class.
  std::string class_name() const;

  std::string name;       // "" until the layer joins a model: then dense, dense_1, ...
  bool trainable = true;  // false: no optimizer touches its variables

 protected:
  /// Adds a weight with its first value. The reference stays valid as long as the layer, moved or
  /// not.
  Variable& add_weight(const WeightOptions& options);

 private:
  std::vector<std::unique_ptr<Variable>> variables_;
  Shape built_for_, built_output_;
};

/// A layer on its way into a model: an object, moved in, or a shared_ptr, which models may share.
class LayerChoice {
 public:
  template <class T>
  requires std::is_base_of_v<Layer, T> LayerChoice(T&& layer)
      : layer_(std::make_shared<T>(std::move(layer))) {}
  template <class T>
  requires std::is_base_of_v<Layer, T> LayerChoice(std::shared_ptr<T> layer)
      : layer_(std::move(layer)) {}

  const std::shared_ptr<Layer>& layer() const { return layer_; }

 private:
  std::shared_ptr<Layer> layer_;
};

}  // namespace keratin
