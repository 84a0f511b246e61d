#include "saving/onnx/writer.hpp"

#include <bit>
#include <climits>
#include <cstring>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "keratin/version.hpp"

namespace keratin::onnx {

namespace {

constexpr std::int64_t ir_version = 8;       // of ONNX 1.11 and newer
constexpr std::int64_t operator_set = 17;    // of ONNX 1.12 (2022) and newer
constexpr const char* batch_name = "batch";  // of the first size, which is left open

void set_shape(ValueInfoProto& value, const std::string& name, const Shape& sample) {
  value.set_name(name);
  TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param(batch_name);
  for (const std::size_t size : sample)
    type.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(size));
}

template <class T>
void set_raw_data(TensorProto& tensor, const T* values, std::size_t count) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes(count * sizeof(T), '\0');
  if (count > 0) std::memcpy(bytes.data(), values, bytes.size());
  tensor.set_raw_data(std::move(bytes));
}

struct AttributeSetter {
  AttributeProto& attribute;
  void operator()(std::int64_t value) const {
    attribute.set_type(AttributeProto::INT);
    attribute.set_i(value);
  }
  void operator()(float value) const {
    attribute.set_type(AttributeProto::FLOAT);
    attribute.set_f(value);
  }
  void operator()(const std::string& value) const {
    attribute.set_type(AttributeProto::STRING);
    attribute.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& values) const {
    attribute.set_type(AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
  }
};

const Variable* find_weight(const Layer& layer, std::string_view name) {
  for (const Variable* variable : layer.variables())
    if (variable->name == name) return variable;
  return nullptr;
}

}  // namespace

Writer::Writer(const Shape& input, const saving::OnnxOptions& options)
    : options_(options), shape_(input), output_shape_(input), value_(options.input_name) {
  check(!options.input_name.empty() && !options.output_name.empty(), "onnx",
        "input_name or output_name is empty, wanted names");
  check(options.input_name != options.output_name, "onnx", "input and output are both called '",
        options.input_name, "', wanted two names");
  names_ = {options.input_name, options.output_name};
  model_.set_ir_version(ir_version);
  model_.set_producer_name("keratin");
  model_.set_producer_version(KERATIN_VERSION);
  model_.add_opset_import()->set_version(operator_set);
  set_shape(*model_.mutable_graph()->add_input(), options.input_name, input);
}

void Writer::begin(const Layer& layer, std::string path) {
  layer_ = &layer;
  path_ = std::move(path);
  output_shape_ = layer.compute_output_shape(shape_);
}

std::string Writer::value() {
  if (channels_first_) {
    std::vector<std::int64_t> order = {0};
    for (std::size_t axis = 1; axis < shape_.size(); ++axis)
      order.push_back(static_cast<std::int64_t>(axis) + 1);
    order.push_back(1);
    set_value(transposed(value_, order));
  }
  return value_;
}

std::string Writer::channels_first() {
  if (!channels_first_ && shape_.size() > 1) {
    std::vector<std::int64_t> order = {0, static_cast<std::int64_t>(shape_.size())};
    for (std::size_t axis = 1; axis < shape_.size(); ++axis)
      order.push_back(static_cast<std::int64_t>(axis));
    set_channels_first(transposed(value_, order));
  }
  return value_;
}

void Writer::set_value(std::string name) {
  value_ = std::move(name);
  channels_first_ = false;
}

void Writer::set_channels_first(std::string name) {
  value_ = std::move(name);
  channels_first_ = output_shape_.size() > 1;  // otherwise both orders are the same
}

std::string Writer::transposed(const std::string& name, const std::vector<std::int64_t>& order) {
  return add_node(concat(path_, "/Transpose"), "Transpose", {name}, {{"perm", order}});
}

std::int64_t Writer::place(std::size_t axis) const {
  if (!channels_first_ || axis == 0) return static_cast<std::int64_t>(axis);
  return axis == shape_.size() ? 1 : static_cast<std::int64_t>(axis) + 1;
}

Tensor Writer::in_order(const Tensor& weight) const {
  if (!channels_first_) return weight;
  std::vector<int> order = {static_cast<int>(weight.rank()) - 1};
  for (int axis = 0; axis < order.front(); ++axis) order.push_back(axis);
  return onnx::transposed(weight, order);
}

std::string Writer::unique(const std::string& name) {
  std::string unused = name;
  for (int count = 1; !names_.insert(unused).second; ++count) unused = concat(name, '_', count);
  return unused;
}

std::string Writer::node(const char* op_type, const std::vector<std::string>& inputs,
                         const Attributes& attributes) {
  return add_node(names_.contains(path_) ? concat(path_, '/', op_type) : path_, op_type, inputs,
                  attributes);
}

std::string Writer::add_node(const std::string& wanted_name, const char* op_type,
                             const std::vector<std::string>& inputs, const Attributes& attributes) {
  const std::string name = unique(wanted_name);
  NodeProto& added = *model_.mutable_graph()->add_node();
  added.set_name(name);
  added.set_op_type(op_type);
  for (const std::string& input : inputs) added.add_input(input);
  added.add_output(name);
  if (std::string_view(op_type) == "TopK") added.add_output(unique(name + "/Indices"));
  for (const auto& [attribute, value] : attributes) {
    AttributeProto& written = *added.add_attribute();
    written.set_name(attribute);
    std::visit(AttributeSetter{written}, value);
  }
  return name;
}

std::string Writer::constant(std::string_view name, const Tensor& value) {
  TensorProto& tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(unique(concat(path_, '/', name)));
  tensor.set_data_type(TensorProto::FLOAT);
  for (const std::size_t size : value.shape()) tensor.add_dims(static_cast<std::int64_t>(size));
  set_raw_data(tensor, value.data(), value.size());
  return tensor.name();
}

std::string Writer::integers(std::string_view name, const std::vector<std::int64_t>& values) {
  TensorProto& tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(unique(concat(path_, '/', name)));
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  set_raw_data(tensor, values.data(), values.size());
  return tensor.name();
}

bool Writer::has_weight(std::string_view name) const {
  return find_weight(*layer_, name) != nullptr;
}

const Tensor& Writer::weight_value(std::string_view name) const {
  const Variable* variable = find_weight(*layer_, name);
  check<std::logic_error>(variable != nullptr, "onnx", path_, " has no weight '", name, "'");
  return variable->value;
}

std::string Writer::scalar(std::string_view name, double value) {
  return constant(name, Tensor(static_cast<float>(value)));
}

std::string Writer::weight(std::string_view name) { return constant(name, weight_value(name)); }

std::string Writer::finish() {
  GraphProto& graph = *model_.mutable_graph();
  graph.set_name("model");
  path_ = options_.output_name;
  value();
  if (graph.node_size() == 0) {
    names_.erase(options_.output_name);
    node("Identity", {value_});
  } else {
    // Only nodes of the layer that comes last can use its output.
    for (NodeProto& each : *graph.mutable_node()) {
      if (each.output(0) == value_) each.set_output(0, options_.output_name);
      for (std::string& input : *each.mutable_input())
        if (input == value_) input = options_.output_name;
    }
  }
  set_shape(*graph.add_output(), options_.output_name, shape_);
  const std::size_t size = model_.ByteSizeLong();
  check(size <= INT_MAX, "onnx", "the model takes ", size,
        " bytes, and an ONNX file has 2147483647 at most");
  return model_.SerializeAsString();
}

Tensor transposed(const Tensor& tensor, const std::vector<int>& order) {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  return ops::transpose(tape.constant(tensor), std::span<const int>(order)).value();
}

}  // namespace keratin::onnx
