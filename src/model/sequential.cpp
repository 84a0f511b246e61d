#include "keratin/sequential.hpp"

#include "core/names.hpp"
#include "keratin/check.hpp"
#include "keratin/layers/input.hpp"
#include "keratin/ops.hpp"

namespace keratin {

namespace {

// Errors from inside a layer say where in the model it stands.
template <class Work>
auto in_layer(const std::string& model, std::size_t index, const Layer& layer, const Work& work) {
  try {
    return work();
  } catch (const std::invalid_argument& error) {
    fail(model, "layer ", index, ", ", layer.name, ": ", error.what());
  }
}

}  // namespace

Sequential::Sequential(SequentialOptions options)
    : Model(options.name.empty() ? unique_name("sequential") : options.name) {}

Sequential::Sequential(std::initializer_list<LayerChoice> layers, SequentialOptions options)
    : Sequential(std::move(options)) {
  for (const LayerChoice& layer : layers) add(layer);
}

void Sequential::add(LayerChoice choice) {
  std::shared_ptr<Layer> layer = choice.layer();
  if (const auto* input = dynamic_cast<layers::Input*>(layer.get())) {
    check(!has_input_ && layers_.empty(), name, "an Input comes first, and once");
    input_ = input->shape;
    has_input_ = true;
    return;
  }
  if (layer->name.empty()) layer->name = unique_name(snake_case(layer->class_name()));
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
  Layer& layer = *layers_[index];
  const Shape& input = index == 0 ? input_ : outputs_[index - 1];
  outputs_.push_back(in_layer(name, index, layer, [&] { return layer.connect(input); }));
}

void Sequential::build(const Shape& input) {
  check(!layers_.empty(), name, "cannot build a model without layers");
  check(!(has_input_ || built_) || input == input_, name, "is built for samples of shape ", input_,
        ", got ", input);
  if (built_) return;
  input_ = input;
  outputs_.clear();
  for (std::size_t i = 0; i < layers_.size(); ++i) grow(i);
  built_ = true;
}

Layer& Sequential::get_layer(std::string_view wanted) const {
  std::string names;
  for (const auto& layer : layers_) {
    if (layer->name == wanted) return *layer;
    names += (names.empty() ? "" : ", ") + layer->name;
  }
  fail(name, "there is no layer '", wanted, "' among: ", names);
}

Layer& Sequential::get_layer(std::size_t index) const {
  check(index < layers_.size(), name, "there is no layer ", index, ", the model has ",
        layers_.size());
  return *layers_[index];
}

const Shape& Sequential::input_shape() const {
  check(has_input_ || built_, name,
        "has no input shape yet: give it an Input, call build(), or fit it");
  return input_;
}

const Shape& Sequential::output_shape() const {
  check(built_, name, "has no output shape yet: give it an Input, call build(), or fit it");
  return outputs_.back();
}

std::vector<Variable*> Sequential::variables() const {
  std::vector<Variable*> all;
  for (const auto& layer : layers_) layer->append_variables(all);
  return all;
}

std::vector<Variable*> Sequential::trainable_variables() const {
  std::vector<Variable*> all;
  for (const auto& layer : layers_)
    if (layer->trainable) layer->append_variables(all);
  std::erase_if(all, [](const Variable* variable) { return !variable->trainable; });
  return all;
}

Node Sequential::call(Node x, bool training) {
  for (std::size_t i = 0; i < layers_.size(); ++i)
    x = in_layer(name, i, *layers_[i], [&] { return layers_[i]->call(x, training); });
  return x;
}

}  // namespace keratin
