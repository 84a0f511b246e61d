#include "saving/onnx/layer_list.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/names.hpp"
#include "keratin/check.hpp"
#include "keratin/layers.hpp"
#include "layers/weight_limit.hpp"
#include "saving/onnx/writer.hpp"

namespace keratin::onnx {

namespace {

// A sample with more numbers is refused: it would not be worth the memory, and may be a trap.
constexpr std::size_t most_numbers = std::size_t{1} << 28;

constexpr std::string_view products[] = {"Dense", "Conv1D", "Conv2D", "Conv2DTranspose",
                                         "DepthwiseConv2D"};

bool changes_shape_only(const PlannedLayer& layer) {
  return layer.class_name == "Reshape" || layer.class_name == "Flatten";
}

bool may_be_name(const std::string& name) {
  constexpr std::size_t longest = 100;
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= longest && std::all_of(name.begin(), name.end(), is_fine);
}

std::string text_of(const Config& options, std::string_view key) {
  const Config* value = options.find(key);
  const std::string* text = value ? value->get_if<std::string>() : nullptr;
  return text ? *text : "";
}

}  // namespace

Tensor* PlannedLayer::weight(std::string_view name) {
  for (auto& [weight_name, value] : weights)
    if (weight_name == name) return &value;
  return nullptr;
}

LayerList::LayerList(const Shape& input) : input_(input), shape_(input), order_(input.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{1});
}

Shape LayerList::file_shape() const {
  Shape shape = shape_;
  for (std::size_t i = 0; i < order_.size(); ++i) shape[order_[i] - 1] = shape_[i];
  return shape;
}

int LayerList::place(std::size_t axis) const {
  if (axis == 0) return 0;
  const auto found = std::find(order_.begin(), order_.end(), axis);
  check<std::runtime_error>(found != order_.end(), "", "there is no axis ", axis,
                            " in samples of shape ", file_shape());
  return static_cast<int>(found - order_.begin()) + 1;
}

void LayerList::transpose(const std::vector<std::int64_t>& order) {
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool each_once = order.size() == rank() && order.front() == 0;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    each_once = each_once && sorted[i] == static_cast<std::int64_t>(i);
  check<std::runtime_error>(each_once, "", "it does not keep the batch first, or is for another ",
                            "number of axes");
  for (std::size_t& axis : order_) {
    const auto found = std::find(order.begin(), order.end(), static_cast<std::int64_t>(axis));
    axis = static_cast<std::size_t>(found - order.begin());
  }
}

void LayerList::arrange(const std::vector<std::size_t>& order) {
  if (order == order_) return;
  std::vector<int> dims, old_sizes;
  for (const std::size_t axis : order) dims.push_back(place(axis));
  // Where only axes of size 1 move, a Reshape is enough.
  std::vector<int> moved;
  for (const int dim : dims)
    if (shape_[static_cast<std::size_t>(dim) - 1] != 1) moved.push_back(dim);
  PlannedLayer layer;
  if (std::is_sorted(moved.begin(), moved.end())) {
    std::vector<int> target;
    for (const int dim : dims)
      target.push_back(static_cast<int>(shape_[static_cast<std::size_t>(dim) - 1]));
    layer.class_name = "Reshape";
    layer.options.set("target_shape", to_config(target));
  } else {
    layer.class_name = "Permute";
    layer.options.set("dims", to_config(dims));
  }
  Shape arranged = shape_;
  for (std::size_t i = 0; i < dims.size(); ++i)
    arranged[i] = shape_[static_cast<std::size_t>(dims[i]) - 1];
  order_ = order;
  if (arranged == shape_ && layer.class_name == "Reshape") return;
  add(std::move(layer));
}

void LayerList::arrange_as_file() {
  std::vector<std::size_t> order(order_.size());
  std::iota(order.begin(), order.end(), std::size_t{1});
  arrange(order);
}

void LayerList::arrange_last(std::size_t axis) {
  if (last_axis() == axis) {
    std::vector<std::size_t> others(order_.begin(), order_.end() - 1);
    if (std::is_sorted(others.begin(), others.end())) return;
  }
  std::vector<std::size_t> order;
  for (std::size_t each = 1; each < rank(); ++each)
    if (each != axis) order.push_back(each);
  order.push_back(axis);
  arrange(order);
}

void LayerList::add(PlannedLayer layer, const std::string& name) {
  if (changes_shape_only(layer) && !layers_.empty() && changes_shape_only(layers_.back())) {
    // The first of two has no effect.
    const Shape after =
        make_member<Layer>(layer.class_name, layer.options)->compute_output_shape(shape_);
    shape_ = before_last_;
    layers_.pop_back();
    if (shape_ == after) return;
  }
  if (may_be_name(name) && names_.insert(name).second) layer.options.set("name", name);
  refresh(layer);
  layers_.push_back(std::move(layer));
}

void LayerList::refresh(const PlannedLayer& layer) {
  before_last_ = shape_;
  shape_ = make_member<Layer>(layer.class_name, layer.options)->compute_output_shape(shape_);
  check<std::runtime_error>(shape_.elements() <= most_numbers, "", "samples become ", shape_,
                            ", which is more than ", most_numbers, " numbers");
  if (shape_.size() == order_.size()) return;
  order_.resize(shape_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{1});
}

PlannedLayer* LayerList::last(std::string_view class_name) {
  return !layers_.empty() && layers_.back().class_name == class_name ? &layers_.back() : nullptr;
}

bool LayerList::ends_with_product() const {
  if (layers_.empty() || layers_.back().options.find("activation")) return false;
  const std::string& name = layers_.back().class_name;
  return std::find(std::begin(products), std::end(products), name) != std::end(products);
}

Tensor& LayerList::bias_of_last() {
  PlannedLayer& product = layers_.back();
  product.options.set("use_bias", true);
  if (!product.weight("bias")) product.weights.push_back({"bias", Tensor::zeros({shape_.back()})});
  return *product.weight("bias");
}

void LayerList::add_bias(double offset) {
  for (float& value : bias_of_last().values()) value += static_cast<float>(offset);
}

bool LayerList::is_non_negative() const {
  static constexpr std::string_view functions[] = {
      "relu",        "relu6",   "sigmoid",    "hard_sigmoid", "softplus",
      "exponential", "softmax", "squareplus", "sparse_plus",  "sparse_sigmoid"};
  for (std::size_t i = layers_.size(); i-- > 0;) {
    const PlannedLayer& layer = layers_[i];
    const std::string& name = layer.class_name;
    if (name == "ZeroPadding2D" || name == "ZeroPadding1D" || name == "MaxPooling2D" ||
        name == "MaxPooling1D" || name == "Permute" || name == "Dropout")
      continue;
    if (name == "ReLU") return !layer.options.find("negative_slope");
    const std::string function = text_of(layer.options, "activation");
    return std::find(std::begin(functions), std::end(functions), function) != std::end(functions);
  }
  return false;
}

void LayerList::activate(const std::string& activation) {
  if (ends_with_product()) return layers_.back().options.set("activation", activation);
  PlannedLayer layer{"Activation"};
  layer.options.set("activation", activation);
  add(std::move(layer));
}

void LayerList::reshape(const Shape& shape, const std::string& name) {
  check<std::runtime_error>(shape.elements() == shape_.elements(), "", "samples of shape ",
                            file_shape(), " cannot become ", shape);
  if (shape == file_shape()) return;
  PlannedLayer* pooling = last();
  const bool is_pooled = pooling && pooling->class_name.starts_with("Global");
  if (is_pooled && shape.size() == 1 && pooling->options.find("keepdims")) {
    const std::size_t channels = shape_.back();
    pooling->options.set("keepdims", false);
    shape_ = {channels};
    order_ = {1};
    return;
  }
  arrange_as_file();
  if (shape == shape_) return;
  PlannedLayer layer{"Flatten"};
  if (shape.size() != 1) {
    layer.class_name = "Reshape";
    layer.options.set("target_shape", to_config(shape));
  }
  add(std::move(layer), name);
}

void LayerList::scale_and_add(const Tensor& scale, const Tensor& offset) {
  // Along which axis of the layers' value the constants have values, 0 for several.
  Shape whole = scale.shape();
  check<std::runtime_error>(whole == offset.shape(), "", "scale and offset differ in shape");
  const Shape sample = file_shape();
  check<std::runtime_error>(whole.size() <= rank(), "", "a constant has shape ", whole,
                            " and samples ", sample);
  while (whole.size() < rank()) whole = whole.with_batch(1);
  check<std::runtime_error>(whole[0] == 1, "", "a constant has other values for each row");
  std::vector<int> axes, order = {0};
  for (std::size_t axis = 1; axis < rank(); ++axis) {
    check<std::runtime_error>(whole[axis] == 1 || whole[axis] == sample[axis - 1], "",
                              "a constant of shape ", whole, " enlarges samples of shape ", sample);
    if (whole[axis] != 1) axes.push_back(place(axis));
  }
  std::sort(axes.begin(), axes.end());
  for (const std::size_t axis : order_) order.push_back(static_cast<int>(axis));
  const auto arranged = [&](const Tensor& values) {
    return transposed(values.reshaped(whole), order);
  };
  const Tensor s = arranged(scale), o = arranged(offset);
  const std::size_t size = s.size();
  const int axis = axes.size() == 1 ? axes.front() : 0;
  const bool is_last = axis == static_cast<int>(rank()) - 1;
  const auto all_ones = std::all_of(s.data(), s.data() + size, [](float v) { return v == 1; });

  if (ends_with_product() && is_last && all_ones) {
    Tensor& bias = bias_of_last();
    for (std::size_t i = 0; i < size; ++i) bias.data()[i] += o.data()[i];
    return;
  }
  PlannedLayer* normalization = last();
  const auto absorbs = [&](const char* class_name) {
    if (!normalization || normalization->class_name != class_name || axis == 0) return false;
    const Config* own = normalization->options.find("axis");
    const std::int64_t* given = own ? own->get_if<std::int64_t>() : nullptr;
    const std::int64_t along = given ? *given : -1;
    return along == axis || (along == -1 && is_last);
  };
  if (absorbs("BatchNormalization") || absorbs("GroupNormalization") ||
      absorbs("LayerNormalization")) {
    Tensor &gamma = *normalization->weight("gamma"), &beta = *normalization->weight("beta");
    for (std::size_t i = 0; i < size; ++i) {
      gamma.data()[i] *= s.data()[i];
      beta.data()[i] = beta.data()[i] * s.data()[i] + o.data()[i];
    }
    return;
  }
  const bool positive = std::all_of(s.data(), s.data() + size, [](float v) { return v > 0; });
  const bool is_first = std::all_of(layers_.begin(), layers_.end(), [](const PlannedLayer& layer) {
    return layer.class_name == "Permute" || layer.class_name == "Reshape" ||
           layer.class_name == "Flatten" || layer.class_name == "Normalization";
  });
  if (positive && (is_first || axis == 0)) {
    // (x - mean) / sqrt(variance) is s x + o.
    std::vector<double> mean(size), variance(size);
    for (std::size_t i = 0; i < size; ++i) {
      const double factor = s.data()[i];
      mean[i] = -static_cast<double>(o.data()[i]) / factor;
      variance[i] = 1 / (factor * factor);
    }
    PlannedLayer layer{"Normalization"};
    layer.options.set("axis", to_config(axes));
    layer.options.set("mean", to_config(mean));
    layer.options.set("variance", to_config(variance));
    return add(std::move(layer));
  }
  check<std::runtime_error>(axis != 0, "", "it multiplies by numbers along several axes of which ",
                            "some are not positive");
  // A BatchNormalization whose moving averages change nothing.
  constexpr float epsilon = 1e-3f;
  PlannedLayer layer{"BatchNormalization"};
  layer.options.set("axis", is_last ? -1 : axis);
  layer.weights = {{"gamma", s.reshaped({size})},
                   {"beta", o.reshaped({size})},
                   {"moving_mean", Tensor::zeros({size})},
                   {"moving_variance", Tensor::full({size}, 1 - epsilon)}};
  add(std::move(layer));
}

// Those that have no name yet are called dense, dense_1, ...
void LayerList::name_layers() {
  for (PlannedLayer& layer : layers_) {
    if (layer.options.find("name")) continue;
    const std::string prefix = snake_case(layer.class_name);
    std::string name = prefix;
    for (int count = 1; !names_.insert(name).second; ++count) name = concat(prefix, '_', count);
    layer.options.set("name", name);
  }
}

Sequential LayerList::model() && {
  if (layers_.empty()) add(PlannedLayer{"Activation"});
  name_layers();
  std::uint64_t weights = 0;
  for (const PlannedLayer& layer : layers_)
    for (const auto& [_, value] : layer.weights) weights += value.size();
  const WeightLimit limit(weights);
  Sequential model;
  model.add(layers::Input(input_));
  for (PlannedLayer& planned : layers_) {
    const std::shared_ptr<Layer> layer = make_member<Layer>(planned.class_name, planned.options);
    model.add(layer);
    const std::vector<Variable*> variables = layer->variables();
    check<std::runtime_error>(variables.size() == planned.weights.size(), "", planned.class_name,
                              " has ", variables.size(), " weights, got ", planned.weights.size());
    for (Variable* variable : variables) {
      Tensor* weight = planned.weight(variable->name);
      check<std::runtime_error>(weight && weight->shape() == variable->value.shape(), "", "weight ",
                                variable->path, " has shape ", variable->value.shape(), ", got ",
                                weight ? weight->shape() : Shape());
      variable->value = std::move(*weight);
    }
  }
  return model;
}

}  // namespace keratin::onnx
