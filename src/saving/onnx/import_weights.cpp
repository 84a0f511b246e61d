// Nodes with weights, and nodes along an axis: products, normalizations, softmax.
#include <algorithm>
#include <cmath>

#include "saving/onnx/import.hpp"
#include "saving/onnx/writer.hpp"

namespace keratin::onnx {

namespace {

// The values of a constant that has one for each of `size` features, or one for all.
Tensor per_feature(const Constant& constant, std::size_t size, const char* what) {
  const Tensor& values = constant.floats;
  if (values.size() == 1) return Tensor::full({size}, values.data()[0]);
  check<std::runtime_error>(
      values.size() == size && constant.shape.size() > 0 && constant.shape.back() == size, "",
      "its ", what, " has shape ", constant.shape, ", wanted ", Shape{size});
  return values.reshaped({size});
}

void add_dense(const Import& in, const NodeProto& node, Tensor kernel) {
  in.layers.arrange_as_file();
  check<std::runtime_error>(in.layers.rank() > 1 && in.layers.shape().back() == kernel.shape()[0],
                            "", "its weight has shape ", kernel.shape(), " and samples ",
                            in.layers.shape());
  PlannedLayer layer{"Dense"};
  layer.options.set("units", static_cast<std::int64_t>(kernel.shape()[1]));
  layer.options.set("use_bias", false);
  layer.weights.push_back({"kernel", std::move(kernel)});
  in.layers.add(std::move(layer), in.name(node));
}

void add_matmul(const Import& in, const NodeProto& node) {
  const Constant& kernel = in.weight(node, 1);
  check<std::runtime_error>(kernel.shape.size() == 2, "", "its weight has shape ", kernel.shape,
                            ", wanted 2 axes");
  add_dense(in, node, kernel.floats);
}

void add_gemm(const Import& in, const NodeProto& node) {
  const Constant& weight = in.weight(node, 1);
  check<std::runtime_error>(weight.shape.size() == 2 && in.layers.rank() == 2, "",
                            "its weight has shape ", weight.shape, ", wanted 2 axes");
  check<std::runtime_error>(integer_attribute(node, "transA", 0) == 0, "", "it has transA");
  Tensor kernel = weight.floats;
  if (integer_attribute(node, "transB", 0) != 0) kernel = transposed(kernel, {1, 0});
  const auto alpha = static_cast<float>(float_attribute(node, "alpha", 1));
  for (float& value : kernel.values()) value *= alpha;
  const std::size_t units = kernel.shape()[1];
  add_dense(in, node, std::move(kernel));
  if (node.input_size() < 3 || node.input(2).empty()) return;
  Tensor bias = per_feature(in.weight(node, 2), units, "bias");
  const auto beta = static_cast<float>(float_attribute(node, "beta", 1));
  for (float& value : bias.values()) value *= beta;
  in.layers.last()->options.set("use_bias", true);
  in.layers.last()->weights.push_back({"bias", std::move(bias)});
}

void add_embedding(const Import& in, const NodeProto& node) {
  const Constant& table = in.weight(node, 0);
  check<std::runtime_error>(table.shape.size() == 2 && integer_attribute(node, "axis", 0) == 0, "",
                            "it takes no rows of a table");
  in.layers.arrange_as_file();
  PlannedLayer layer{"Embedding"};
  layer.options.set("input_dim", static_cast<std::int64_t>(table.shape[0]));
  layer.options.set("output_dim", static_cast<std::int64_t>(table.shape[1]));
  layer.weights.push_back({"embeddings", table.floats});
  in.layers.add(std::move(layer), in.name(node));
}

void add_batch_normalization(const Import& in, const NodeProto& node) {
  check<std::runtime_error>(integer_attribute(node, "training_mode", 0) == 0, "",
                            "it is for training");
  const std::size_t axis = in.axis(1);
  const int place = in.layers.place(axis);
  const std::size_t size = in.layers.file_shape()[0];
  PlannedLayer layer{"BatchNormalization"};
  layer.options.set("axis", place == static_cast<int>(in.layers.rank()) - 1 ? -1 : place);
  layer.options.set("epsilon", float_attribute(node, "epsilon", 1e-5));
  layer.options.set("momentum", float_attribute(node, "momentum", 0.9));
  const char* names[] = {"gamma", "beta", "moving_mean", "moving_variance"};
  for (int i = 0; i < 4; ++i)
    layer.weights.push_back({names[i], per_feature(in.weight(node, i + 1), size, names[i])});
  in.layers.add(std::move(layer), in.name(node));
}

void add_layer_normalization(const Import& in, const NodeProto& node) {
  const std::size_t axis = in.axis(integer_attribute(node, "axis", -1));
  check<std::runtime_error>(axis > 0, "", "it normalizes over the batch");
  if (axis + 1 < in.layers.rank()) in.layers.arrange_as_file();
  std::vector<int> places;
  Shape sizes;
  for (std::size_t each = axis; each < in.layers.rank(); ++each) {
    places.push_back(in.layers.place(each));
    sizes.push_back(in.layers.file_shape()[each - 1]);
  }
  const auto weight = [&](int index, float otherwise) {
    if (index >= node.input_size() || node.input(index).empty())
      return Tensor::full(sizes, otherwise);
    const Constant& constant = in.weight(node, index);
    check<std::runtime_error>(constant.shape.elements() == sizes.elements(), "",
                              "its weights have shape ", constant.shape, ", wanted ", sizes);
    return constant.floats.reshaped(sizes);
  };
  PlannedLayer layer{"LayerNormalization"};
  layer.options.set("axis", to_config(places));
  layer.options.set("epsilon", float_attribute(node, "epsilon", 1e-5));
  layer.weights = {{"gamma", weight(1, 1)}, {"beta", weight(2, 0)}};
  in.layers.add(std::move(layer), in.name(node));
}

// Along each axis, a slope for all places or one for each.
void add_prelu(const Import& in, const NodeProto& node) {
  const Constant& slope = in.weight(node, 1);
  Shape shape = slope.shape;
  check<std::runtime_error>(shape.size() <= in.layers.rank(), "", "its slope has shape ", shape);
  while (shape.size() < in.layers.rank()) shape = shape.with_batch(1);
  check<std::runtime_error>(shape.front() == 1, "", "its slope has shape ", slope.shape);
  in.layers.arrange_as_file();
  std::vector<int> shared;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) {
    check<std::runtime_error>(shape[axis] == 1 || shape[axis] == in.layers.shape()[axis - 1], "",
                              "its slope has shape ", slope.shape, " and samples ",
                              in.layers.shape());
    if (shape[axis] == 1) shared.push_back(static_cast<int>(axis));
  }
  PlannedLayer layer{"PReLU"};
  layer.options.set("shared_axes", to_config(shared));
  layer.weights.push_back({"alpha", slope.floats.reshaped(shape.without_batch())});
  in.layers.add(std::move(layer), in.name(node));
}

// The axis along which a node sums to 1. Before operator set 13 it stood for all axes behind it.
int softmax_place(const Import& in, const NodeProto& node) {
  constexpr std::int64_t of_one_axis = 13;
  const bool old = in.graph.operator_set() < of_one_axis;
  const std::size_t axis = in.axis(integer_attribute(node, "axis", old ? 1 : -1));
  check<std::runtime_error>(axis > 0 && (!old || axis + 1 == in.layers.rank()), "",
                            "it is along axis ", axis, " of ", in.layers.rank());
  return in.layers.place(axis);
}

void add_softmax(const Import& in, const NodeProto& node) {
  const int place = softmax_place(in, node);
  if (place == static_cast<int>(in.layers.rank()) - 1) return in.layers.activate("softmax");
  in.layers.add({"Softmax", Config::Object{{"axis", place}}}, in.name(node));
}

void add_log_softmax(const Import& in, const NodeProto& node) {
  const int place = softmax_place(in, node);
  if (place != static_cast<int>(in.layers.rank()) - 1)
    in.layers.arrange_last(in.axis(integer_attribute(node, "axis", -1)));
  in.layers.activate("log_softmax");
}

// Add, Sub, Mul and Div with a constant that is no single number: scale * x + offset.
void add_scale_and_offset(const Import& in, const NodeProto& node) {
  const std::string& op = node.op_type();
  const bool constant_first = in.graph.constant_input(node, 0) != nullptr;
  const Tensor& values = in.weight(node, constant_first ? 0 : 1).floats;
  Tensor scale = Tensor::ones(values.shape()), offset = Tensor::zeros(values.shape());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values.data()[i];
    if (op == "Add") offset.data()[i] = value;
    if (op == "Sub") offset.data()[i] = constant_first ? value : -value;
    if (op == "Sub" && constant_first) scale.data()[i] = -1;
    if (op == "Mul") scale.data()[i] = value;
    if (op == "Div") scale.data()[i] = 1 / value;
  }
  check<std::runtime_error>(op != "Div" || !constant_first, "", "it divides by the value");
  in.layers.scale_and_add(scale, offset);
}

// scikit-learn's StandardScaler and the like: (x - offset) * scale.
void add_scaler(const Import& in, const NodeProto& node) {
  const AttributeProto *offsets = find_attribute(node, "offset"),
                       *scales = find_attribute(node, "scale");
  check<std::runtime_error>(offsets && scales && offsets->floats_size() > 0 &&
                                offsets->floats_size() == scales->floats_size(),
                            "", "it has no scale for each offset");
  const auto size = static_cast<std::size_t>(scales->floats_size());
  Tensor scale = Tensor::zeros({size}), offset = Tensor::zeros({size});
  for (std::size_t i = 0; i < size; ++i) {
    scale.data()[i] = scales->floats(static_cast<int>(i));
    offset.data()[i] = -offsets->floats(static_cast<int>(i)) * scale.data()[i];
  }
  in.layers.scale_and_add(scale, offset);
}

constexpr ImportRow import_weights_rows[] = {
    {"Add", add_scale_and_offset},
    {"BatchNormalization", add_batch_normalization},
    {"Div", add_scale_and_offset},
    {"Gather", add_embedding},
    {"Gemm", add_gemm},
    {"LayerNormalization", add_layer_normalization},
    {"LogSoftmax", add_log_softmax},
    {"MatMul", add_matmul},
    {"Mul", add_scale_and_offset},
    {"PRelu", add_prelu},
    {"Scaler", add_scaler, "ai.onnx.ml"},
    {"Softmax", add_softmax},
    {"Sub", add_scale_and_offset},
};

}  // namespace

std::span<const ImportRow> weight_imports() { return import_weights_rows; }

}  // namespace keratin::onnx
