#pragma once
// Layer: makes variables when it learns the shape of its input, and computes with public ops.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "keratin/constraints.hpp"
#include "keratin/family.hpp"
#include "keratin/initializers.hpp"
#include "keratin/regularizers.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

struct WeightOptions {
  std::string name = "weight";
  Shape shape = {};
  InitializerHandle initializer = "glorot_uniform";
  bool trainable = true;
  RegularizerHandle regularizer = {};
  ConstraintHandle constraint = {};
};

/// The options of layers that have no others.
struct LayerOptions {
  std::string name = "";  // "": dense, dense_1, ... once it joins a model
  bool trainable = true;
};
template <class V>
void fields(V& v, LayerOptions& o) {
  v("name", o.name);
  v("trainable", o.trainable);
}

class Layer;

/// Whether training changes a layer. Assigned like a bool: that assigns to the layers inside as
/// well, as in Keras.
class Trainable {
 public:
  explicit Trainable(Layer& owner) : owner_(owner) {}
  Trainable(Layer& owner, bool value) : owner_(owner), value_(value) {}
  Trainable(const Trainable&) = delete;
  Trainable& operator=(bool value);
  Trainable& operator=(const Trainable& other) { return *this = bool(other); }
  operator bool() const { return value_; }

 private:
  friend class Layer;
  Layer& owner_;
  bool value_ = true;
};

/// A layer of one's own derives from Layer, or from Configured<Layer, ItsOptions> to be described,
/// saved and loaded as the built-in ones. It overrides call() and, where it has weights, build()
/// or, where its output has another shape than its input, compute_output_shape().
class Layer {
 public:
  using Family = Layer;
  static const ClassTable<Layer>& table();

  static constexpr bool takes_options = true;

  explicit Layer(std::string layer_name = "") : name(std::move(layer_name)) {}
  /// Takes name, trainable and activity_regularizer out of a layer's options.
  template <class Options>
  requires requires(const Options& options) { options.name; }
  explicit Layer(const Options& options) : name(options.name) {
    if constexpr (requires { options.trainable; }) trainable = options.trainable;
    if constexpr (requires { options.activity_regularizer; })
      state_.activity_regularizer = options.activity_regularizer;
  }
  Layer(Layer&& other) noexcept;
  Layer& operator=(Layer&& other) noexcept;
  virtual ~Layer();

  // Shapes below are those of one sample: without the batch axis.

  /// The shape of the output for inputs of that shape. Throws std::invalid_argument when the layer
  /// cannot take them. Makes no variables, and may be called any number of times. A layer that
  /// overrides neither this nor build() keeps the shape.
  virtual Shape compute_output_shape(const Shape& input) const;
  /// Makes the variables for inputs of that shape and returns the output's shape.
  virtual Shape build(const Shape& input);
  /// x: (batch, ...) on a tape; `training` is false in evaluate and predict.
  virtual Node call(Node x, bool training) = 0;

  /// Calls the layer as models do: builds it the first time, then checks that the output has the
  /// shape that was promised, and applies the activity regularizer.
  Node operator()(Node x, bool training = false);

  /// Builds the layer unless that is done, and returns the output's shape. A layer without weights
  /// may be connected to inputs of several shapes.
  Shape connect(const Shape& input);
  /// Calls a layer that is connected and whose output was promised to have that shape. Errors say
  /// where it stands in its model: "layer 2, dense: ...".
  Node call_connected(Node x, bool training, const Shape& promised, std::size_t position);

  /// All weights, its own and those of the layers inside, each once, in the order they were made.
  std::vector<Variable*> variables() const;
  /// Its own alone.
  std::vector<Variable*> own_variables() const;
  /// Those that training changes: none inside a layer that is not trainable.
  std::vector<Variable*> trainable_variables() const;
  /// Its sources of random numbers and those of the layers inside, each once.
  std::vector<random::SeedGenerator*> seed_generators() const;
  /// The layers directly inside this one.
  virtual std::span<const std::shared_ptr<Layer>> children() const { return {}; }
  /// Whether `other` is this layer or lies anywhere inside it.
  bool contains(const Layer& other) const;
  std::size_t count_params() const;

  /// "Dense" for layers::Dense: from the table of layers, or as the author of the class wrote it.
  std::string class_name() const;
  virtual Config get_config() const;

  /// Adds the penalties of the weights that training changes to what the tape's loss includes.
  void add_weight_penalties(GradientTape& tape) const;

  std::string name;            // "" until the layer joins a model: then dense, dense_1, ...
  Trainable trainable{*this};  // false: training changes nothing in this layer and those inside

 protected:
  /// Adds a weight with its first value, which need not satisfy the constraint. The reference stays
  /// valid as long as the layer, also when that is moved.
  Variable& add_weight(const WeightOptions& options);
  /// Adds a source of random numbers, with a seed of its own where none is given. As for weights,
  /// build() makes it and the reference stays valid.
  random::SeedGenerator& add_seed_generator(std::optional<std::uint64_t> seed = {});

 private:
  struct Weight {
    Variable variable;
    RegularizerHandle regularizer;
  };
  Node checked_call(Node x, bool training, const Shape& promised);
  void collect(std::vector<Variable*>& all, bool trainable_only) const;
  bool has_state() const { return !state_.weights.empty() || !state_.seed_generators.empty(); }

  struct State {
    std::vector<std::unique_ptr<Weight>> weights = {};
    std::vector<std::unique_ptr<random::SeedGenerator>> seed_generators = {};
    RegularizerHandle activity_regularizer = {};
    bool connected = false;
    Shape built_for = {}, built_output = {};  // of the first connect()
  };
  State state_;
};

/// A layer on its way into a model: an object, moved in, or a shared_ptr, which models may share.
using LayerHandle = Handle<Layer>;

}  // namespace keratin
