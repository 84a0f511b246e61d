#pragma once
// Sequential: layers one after the other.

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keratin/model.hpp"

namespace KERATIN_API keratin {

struct SequentialOptions {
  std::string name = "";  // "": sequential, sequential_1, ...
  bool trainable = true;
  std::vector<LayerHandle> layers = {};
};
template <class V>
void fields(V& v, SequentialOptions& o) {
  v("name", o.name);
  v("trainable", o.trainable);
  v("layers", o.layers);
}

struct SummaryOptions {
  int line_length = 65;                           // characters
  std::vector<double> positions = {.45, .85, 1};  // where columns end: characters, or shares of a
                                                  // line if the last is at most 1
  bool expand_nested = false;                     // also the layers of models inside, in frames
  bool show_trainable = false;                    // another column of 11 characters, with Y or N
};

/// Layers one after the other, with one input and one output. A model is a layer: a Sequential may
/// be among the layers of another.
class Sequential : public Model {
 public:
  using Options = SequentialOptions;

  explicit Sequential(SequentialOptions options = {});
  Sequential(std::initializer_list<LayerHandle> layers, SequentialOptions options = {});

  /// Throws for a name that is taken, for an Input that is not the first, and for a layer that
  /// contains this model.
  void add(LayerHandle layer);
  /// Removes the last layer and returns it.
  std::shared_ptr<Layer> pop();

  /// Without the Input, as in Keras.
  const std::vector<std::shared_ptr<Layer>>& layers() const& { return layers_; }
  std::vector<std::shared_ptr<Layer>> layers() && { return std::move(layers_); }
  Layer& get_layer(std::string_view layer_name) const;  // throws, listing the names there are
  Layer& get_layer(std::size_t index) const;

  /// A model that starts with an Input is built at once, another by this or by its first data.
  Shape build(const Shape& input) override;
  Shape compute_output_shape(const Shape& input) const override;
  bool built() const override { return built_; }
  bool has_input_shape() const override { return has_input_ || built_; }
  Shape input_shape() const override;
  Shape output_shape() const override;
  Node call(Node x, bool training) override;
  std::span<const std::shared_ptr<Layer>> children() const override { return layers_; }
  Config get_config() const override;
  /// The model that get_config() described, built if that was. Throws std::invalid_argument with
  /// the position, name and class of a layer that cannot be made.
  static Sequential from_config(const Config& config);

  /// TF-Keras 2.9's table of layers, output shapes and parameter counts. Throws
  /// std::invalid_argument unless there are three positions that grow.
  void summary(SummaryOptions options = {}) const;
  void summary(std::ostream& out, SummaryOptions options = {}) const;

 private:
  friend class SummaryTable;
  void grow(std::size_t index);  // builds layer `index` on the shape before it

  std::vector<std::shared_ptr<Layer>> layers_;
  std::vector<Shape> outputs_;  // of each layer that is built
  Shape input_;
  std::string input_name_;  // of the Input, if there is one
  bool has_input_ = false, built_ = false;
};

/// The summary as a string.
std::string to_string(const Sequential& model, SummaryOptions options = {});

}  // namespace keratin
