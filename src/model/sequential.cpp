#include "keratin/sequential.hpp"

#include <algorithm>

#include "core/names.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"
#include "keratin/layers/input.hpp"
#include "layers/build_scope.hpp"

namespace keratin {

namespace {

// As in Keras a name is one part of a path.
void check_name(std::string_view where, const std::string& name) {
  constexpr std::size_t longest = 1000;  // bytes
  check(name.size() <= longest, where, "got a layer's name of ", name.size(),
        " bytes, wanted at most ", longest);
  const auto is_odd = [](unsigned char c) { return c == '/' || c < ' ' || c == 127; };
  check(std::ranges::none_of(name, is_odd), where, "got the name ", json_string(name),
        " for a layer, wanted one without '/' and control characters");
}

std::string name_or_next(const std::string& name) {
  check_name("sequential", name);
  return name.empty() ? unique_name("sequential") : name;
}

}  // namespace

Sequential::Sequential(SequentialOptions options) : Model(name_or_next(options.name)) {
  trainable = options.trainable;
  for (const LayerHandle& layer : options.layers) add(layer);
}

Sequential::Sequential(std::initializer_list<LayerHandle> layers, SequentialOptions options)
    : Sequential(std::move(options)) {
  for (const LayerHandle& layer : layers) add(layer);
}

void Sequential::add(LayerHandle handle) {
  check(bool(handle), name, "got no layer to add");
  std::shared_ptr<Layer> layer = handle.member();
  if (const auto* input = dynamic_cast<layers::Input*>(layer.get())) {
    check(!has_input_ && layers_.empty(), name, "an Input comes first, and once");
    input_ = input->shape();
    input_name_ = input->name.empty() ? unique_name("input_layer") : input->name;
    has_input_ = true;
    return;
  }
  check(!layer->contains(*this), name, "cannot contain itself: ", layer->name, " has it inside");
  if (layer->name.empty()) layer->name = unique_name(snake_case(layer->class_name()));
  check_name(name, layer->name);
  for (const auto& other : layers_)
    check(other->name != layer->name, name, "two layers are called '", layer->name,
          "': give one another name");
  layers_.push_back(std::move(layer));
  if (!has_input_ && !built_) return;
  try {
    grow(layers_.size() - 1);
  } catch (...) {
    layers_.pop_back();
    throw;
  }
  built_ = true;
}

std::shared_ptr<Layer> Sequential::pop() {
  check(!layers_.empty(), name, "there is no layer to pop");
  std::shared_ptr<Layer> last = std::move(layers_.back());
  layers_.pop_back();
  if (built_) outputs_.pop_back();
  built_ = built_ && !layers_.empty();
  return last;
}

void Sequential::grow(std::size_t index) {
  const BuildScope scope(*this);
  Layer& layer = *layers_[index];
  const Shape& input = index == 0 ? input_ : outputs_[index - 1];
  try {
    outputs_.push_back(layer.connect(input));
  } catch (const std::invalid_argument& error) {
    fail(name, "layer ", index, ", ", layer.name, ": ", error.what());
  }
}

Shape Sequential::build(const Shape& input) {
  check(!layers_.empty(), name, "cannot build a model without layers");
  if (has_input_shape())
    check(input == input_, name, "is built for samples of shape ", input_, ", got ", input);
  if (built_) return outputs_.back();
  input_ = input;
  outputs_.clear();
  for (std::size_t i = 0; i < layers_.size(); ++i) grow(i);
  built_ = true;
  return outputs_.back();
}

Shape Sequential::compute_output_shape(const Shape& input) const {
  Shape shape = input;
  for (const auto& layer : layers_) shape = layer->compute_output_shape(shape);
  return shape;
}

Layer& Sequential::get_layer(std::string_view layer_name) const {
  for (const auto& layer : layers_)
    if (layer->name == layer_name) return *layer;
  fail(name, "there is no layer '", layer_name,
       "' among: ", joined(layers_, [](const auto& layer) { return layer->name; }));
}

Layer& Sequential::get_layer(std::size_t index) const {
  check(index < layers_.size(), name, "there is no layer ", index, ", the model has ",
        layers_.size());
  return *layers_[index];
}

Shape Sequential::input_shape() const {
  check(has_input_shape(), name,
        "has no input shape yet: give it an Input, call build(), or fit it");
  return input_;
}

Shape Sequential::output_shape() const {
  check(built_, name, "has no output shape yet: give it an Input, call build(), or fit it");
  return outputs_.back();
}

Node Sequential::call(Node x, bool training) {
  check(built_, name, "is not built: give it an Input, call build(), or fit it");
  try {
    for (std::size_t i = 0; i < layers_.size(); ++i)
      x = layers_[i]->call_connected(x, training, outputs_[i], i);
  } catch (const std::invalid_argument& error) {
    fail(name, error.what());
  }
  return x;
}

Config Sequential::get_config() const {
  SequentialOptions options{.name = name, .trainable = trainable};
  if (has_input_) options.layers.push_back(layers::Input(input_, input_name_));
  for (const auto& layer : layers_) options.layers.push_back(layer);
  Config config = write_fields(options);
  if (has_input_shape()) config.set("build_input_shape", layers::BatchShape{input_}.config());
  return config;
}

namespace {

// The layer at that position of a description, with its name and class in errors.
LayerHandle layer_at(std::size_t position, const Config& described) {
  try {
    return LayerHandle::from_config(described);
  } catch (const std::invalid_argument& error) {
    const Config* config = described.find("config");
    const Config* layer_name = config ? config->find("name") : nullptr;
    const Config* class_name = described.find("class_name");
    const auto shown = [](const Config* text) { return text ? to_string(*text) : "without one"; };
    fail("layers", "layer ", position, ", named ", shown(layer_name), " of class ",
         shown(class_name), ": ", error.what());
  }
}

}  // namespace

Sequential Sequential::from_config(const Config& config) {
  const auto* object = config.get_if<Config::Object>();
  check(object != nullptr, "sequential", "is described by ", config, ", wanted an object");
  Config::Object own;
  for (const Config::Entry& entry : *object)
    if (entry.key != "layers" && entry.key != "build_input_shape") own.push_back(entry);
  Sequential model(read_fields<SequentialOptions>("Sequential", own));
  if (const Config* listed = config.find("layers")) {
    const auto* layers = listed->get_if<Config::List>();
    check(layers != nullptr, model.name, "layers are ", *listed, ", wanted a list");
    for (std::size_t i = 0; i < layers->size(); ++i) model.add(layer_at(i, (*layers)[i]));
  }
  const Config* built_for = config.find("build_input_shape");
  if (built_for && !built_for->is_null() && !model.built() && !model.layers_.empty())
    model.build(layers::BatchShape::from_config(*built_for).sample);
  return model;
}

}  // namespace keratin
