#pragma once
// Sequential: layers one after the other.

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "keratin/model.hpp"

namespace keratin {

struct SequentialOptions {
  std::string name = "";  // "": sequential, sequential_1, ...
};

class Sequential : public Model {
 public:
  explicit Sequential(SequentialOptions options = {});
  Sequential(std::initializer_list<LayerChoice> layers, SequentialOptions options = {});

  /// Throws for a name that is taken and for an Input that is not the first.
  void add(LayerChoice layer);
  /// Removes the last layer and returns it.
  std::shared_ptr<Layer> pop();

  /// Without the Input, as in Keras.
  const std::vector<std::shared_ptr<Layer>>& layers() const { return layers_; }
  Layer& get_layer(std::string_view name) const;  // throws, listing the names there are
  Layer& get_layer(std::size_t index) const;

  /// A model that starts with an Input is built at once, another by this or by its first data.
  void build(const Shape& input) override;
  bool built() const override { return built_; }
  bool has_input_shape() const override { return has_input_ || built_; }
  const Shape& input_shape() const override;
  const Shape& output_shape() const override;
  std::vector<Variable*> variables() const override;
  std::vector<Variable*> trainable_variables() const override;
  Node call(Node x, bool training) override;

  /// TF-Keras 2.9's table of layers, output shapes and parameter counts.
  void summary() const;
  void summary(std::ostream& out) const;

 private:
  friend std::string to_string(const Sequential& model);
  void grow(std::size_t index);  // builds layer `index` on the shape before it

  std::vector<std::shared_ptr<Layer>> layers_;
  std::vector<Shape> outputs_;  // of each layer that is built
  Shape input_;
  bool has_input_ = false, built_ = false;
};

/// The summary as a string.
std::string to_string(const Sequential& model);

}  // namespace keratin
