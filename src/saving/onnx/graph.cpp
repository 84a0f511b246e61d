#include "saving/onnx/graph.hpp"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <set>

#include "core/warnings.hpp"
#include "data/random_file.hpp"
#include "saving/onnx/evaluate.hpp"

namespace keratin::onnx {

namespace {

// A file of a few bytes for each part could otherwise ask for a hundred times its size.
constexpr std::size_t most_parts = 100'000;
constexpr std::int64_t newest_operator_set = 28;  // that is known
constexpr int most_nodes = 10'000;
constexpr std::size_t most_work = 1'000'000;

// Which fields of a message have messages inside that are counted, too.
struct Level {
  std::vector<int> fields;
  const Level* inside;
};
const Level tensor_level{{}, nullptr};
const Level attribute_level{{5}, &tensor_level};
const Level node_level{{5}, &attribute_level};
const Level graph_level{{1}, &node_level};
const Level model_level{{7}, &graph_level};

// Counts the strings and messages of the model, its graph, nodes and their attributes. A damaged
// message is counted up to there: the parser refuses it.
void count_parts(google::protobuf::io::CodedInputStream& in, const Level& level,
                 std::size_t& count) {
  constexpr std::uint32_t length_delimited = 2;
  while (const std::uint32_t tag = in.ReadTag()) {
    std::uint64_t number = 0;
    std::uint32_t word = 0;
    int size = 0;
    switch (tag & 7) {
      case 0:
        if (!in.ReadVarint64(&number)) return;
        break;
      case 1:
        if (!in.ReadLittleEndian64(&number)) return;
        break;
      case length_delimited: {
        if (!in.ReadVarintSizeAsInt(&size)) return;
        check<std::runtime_error>(++count <= most_parts, "", "has more than ", most_parts,
                                  " parts: no model needs as many");
        const int field = static_cast<int>(tag >> 3);
        bool goes_in = false;
        for (const int each : level.fields) goes_in = goes_in || each == field;
        if (goes_in) {
          const auto limit = in.PushLimit(size);
          count_parts(in, *level.inside, count);
          in.Skip(in.BytesUntilLimit());
          in.PopLimit(limit);
        } else if (!in.Skip(size)) {
          return;
        }
        break;
      }
      case 5:
        if (!in.ReadLittleEndian32(&word)) return;
        break;
      default: return;
    }
  }
}

ModelProto parsed(const std::string& path) {
  const RandomFile file(path, "onnx");
  check<std::runtime_error>(file.size() > 0, "", "is empty");
  check<std::runtime_error>(file.size() <= INT_MAX, "", "has ", file.size(),
                            " bytes, and an ONNX file has 2147483647 at most");
  std::string bytes(file.size(), '\0');
  file.read(0, bytes.data(), bytes.size());
  const int size = static_cast<int>(bytes.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  google::protobuf::io::CodedInputStream in(data, size);
  std::size_t parts = 0;
  count_parts(in, model_level, parts);
  ModelProto model;
  check<std::runtime_error>(model.ParseFromArray(data, size), "",
                            "is not an ONNX file, or a damaged one");
  check<std::runtime_error>(model.has_graph(), "", "is not an ONNX file: it has no graph");
  return model;
}

struct ElementType {
  int data_type;
  std::size_t size;  // in bytes
  bool is_integer;
};
constexpr ElementType element_types[] = {
    {TensorProto::FLOAT, 4, false}, {TensorProto::DOUBLE, 8, false}, {TensorProto::INT32, 4, true},
    {TensorProto::INT64, 8, true},  {TensorProto::BOOL, 1, true},
};

const ElementType& element_type(const TensorProto& tensor) {
  for (const ElementType& type : element_types)
    if (type.data_type == tensor.data_type()) return type;
  fail<std::runtime_error>("", "tensor '", tensor.name(), "' has elements of type ",
                           tensor.data_type(),
                           ", wanted float (1), double (11), int32 (6), int64 (7) or bool (9)");
}

template <class Stored>
Stored raw_value(const TensorProto& tensor, std::size_t index) {
  Stored value;
  std::memcpy(&value, tensor.raw_data().data() + index * sizeof(Stored), sizeof(Stored));
  return value;
}

template <class Result>
Result element(const TensorProto& tensor, bool raw, std::size_t index) {
  const int i = static_cast<int>(index);
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return static_cast<Result>(raw ? raw_value<float>(tensor, index) : tensor.float_data(i));
    case TensorProto::DOUBLE:
      return static_cast<Result>(raw ? raw_value<double>(tensor, index) : tensor.double_data(i));
    case TensorProto::INT32:
      return static_cast<Result>(raw ? raw_value<std::int32_t>(tensor, index)
                                     : tensor.int32_data(i));
    case TensorProto::INT64:
      return static_cast<Result>(raw ? raw_value<std::int64_t>(tensor, index)
                                     : tensor.int64_data(i));
    default:
      return static_cast<Result>(raw ? tensor.raw_data()[index] != 0 : tensor.int32_data(i) != 0);
  }
}

std::size_t typed_count(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT: return static_cast<std::size_t>(tensor.float_data_size());
    case TensorProto::DOUBLE: return static_cast<std::size_t>(tensor.double_data_size());
    case TensorProto::INT64: return static_cast<std::size_t>(tensor.int64_data_size());
    default: return static_cast<std::size_t>(tensor.int32_data_size());
  }
}

}  // namespace

Constant read_constant(const TensorProto& tensor) {
  const auto named = [&] { return concat("tensor '", tensor.name(), '\''); };
  check<std::runtime_error>(
      tensor.external_data_size() == 0 && tensor.data_location() != TensorProto::EXTERNAL, "",
      named(), " has its values in another file, which is not read");
  check<std::runtime_error>(tensor.dims_size() <= static_cast<int>(Shape::max_rank), "", named(),
                            " has ", tensor.dims_size(), " axes, wanted ", Shape::max_rank,
                            " at most");
  const ElementType& type = element_type(tensor);
  const bool raw = tensor.has_raw_data();
  const std::size_t count = raw ? tensor.raw_data().size() / type.size : typed_count(tensor);
  std::size_t wanted = 1;
  Constant constant;
  for (const std::int64_t size : tensor.dims()) {
    check<std::runtime_error>(size >= 0, "", named(), " has an axis of size ", size);
    check<std::runtime_error>(
        !__builtin_mul_overflow(wanted, static_cast<std::size_t>(size), &wanted), "", named(),
        " has more elements than fit into memory");
    constant.shape.push_back(static_cast<std::size_t>(size));
  }
  const bool whole = !raw || tensor.raw_data().size() % type.size == 0;
  check<std::runtime_error>(count == wanted && whole, "", named(), " has ", count,
                            " values, and its shape needs ", wanted);
  constant.is_integer = type.is_integer;
  if (type.is_integer) {
    for (std::size_t i = 0; i < count; ++i)
      constant.integers.push_back(element<std::int64_t>(tensor, raw, i));
  } else {
    constant.floats = Tensor::uninitialized(constant.shape);
    for (std::size_t i = 0; i < count; ++i)
      constant.floats.data()[i] = element<float>(tensor, raw, i);
  }
  return constant;
}

const AttributeProto* find_attribute(const NodeProto& node, std::string_view name) {
  for (const AttributeProto& attribute : node.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

std::int64_t integer_attribute(const NodeProto& node, std::string_view name,
                               std::int64_t otherwise) {
  const AttributeProto* attribute = find_attribute(node, name);
  return attribute ? attribute->i() : otherwise;
}

double float_attribute(const NodeProto& node, std::string_view name, double otherwise) {
  const AttributeProto* attribute = find_attribute(node, name);
  return attribute ? attribute->f() : otherwise;
}

std::string text_attribute(const NodeProto& node, std::string_view name, std::string otherwise) {
  const AttributeProto* attribute = find_attribute(node, name);
  return attribute ? attribute->s() : otherwise;
}

std::vector<std::int64_t> integers_attribute(const NodeProto& node, std::string_view name,
                                             std::vector<std::int64_t> otherwise) {
  const AttributeProto* attribute = find_attribute(node, name);
  if (!attribute) return otherwise;
  return {attribute->ints().begin(), attribute->ints().end()};
}

std::string described(const NodeProto& node) {
  const std::string domain =
      node.domain().empty() || node.domain() == "ai.onnx" ? "" : node.domain() + ".";
  return concat(domain, node.op_type(), " (node '", node.name(), "')");
}

Graph::Graph(const std::string& path) : path_(path), model_(parsed(path)), work_left_(most_work) {
  const GraphProto& graph = model_.graph();
  check<std::runtime_error>(graph.node_size() <= most_nodes, "", "has ", graph.node_size(),
                            " nodes, wanted ", most_nodes, " at most");
  for (const OperatorSetIdProto& set : model_.opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx") operator_set_ = set.version();
  check<std::runtime_error>(operator_set_ >= 1 && operator_set_ <= newest_operator_set, "",
                            "uses version ", operator_set_, " of ONNX's operators, wanted 1 to ",
                            newest_operator_set);
  check<std::runtime_error>(graph.sparse_initializer_size() == 0, "",
                            "has sparse weights, which are not read");
  for (const TensorProto& tensor : graph.initializer())
    check<std::runtime_error>(initializers_.emplace(tensor.name(), &tensor).second, "",
                              "has two tensors called '", tensor.name(), '\'');
  const ValueInfoProto* input = nullptr;
  for (const ValueInfoProto& each : graph.input()) {
    if (initializers_.contains(each.name())) continue;  // listed again, as old files do
    check<std::runtime_error>(!input, "", "has several inputs, '",
                              input ? input->name() : std::string(), "' and '", each.name(),
                              "': a Sequential has one");
    input = &each;
  }
  check<std::runtime_error>(input != nullptr, "", "has no input");
  input_ = input->name();
  check<std::runtime_error>(input->type().tensor_type().has_shape(), "",
                            "does not tell the shape of ", "its input '", input_, '\'');
  const auto& dims = input->type().tensor_type().shape().dim();
  check<std::runtime_error>(!dims.empty() && dims.size() <= static_cast<int>(Shape::max_rank), "",
                            "has an input '", input_, "' with ", dims.size(), " axes, wanted 1 to ",
                            Shape::max_rank);
  if (dims[0].dim_value() > 0) batch_ = dims[0].dim_value();
  for (int i = 1; i < dims.size(); ++i) {
    check<std::runtime_error>(dims[i].dim_value() > 0 && dims[i].dim_value() <= INT_MAX, "",
                              "leaves the size of axis ", i, " of its input '", input_,
                              "' open: only the batch's may be");
    input_shape_.push_back(static_cast<std::size_t>(dims[i].dim_value()));
  }
  check_nodes();
  choose_output();
  choose_nodes();
}

void Graph::check_nodes() {
  std::set<std::string, std::less<>> known = {input_, ""};
  for (const auto& [name, _] : initializers_) known.insert(name);
  for (const NodeProto& node : model_.graph().node()) {
    for (const std::string& input : node.input())
      check<std::runtime_error>(known.contains(input), "", described(node), " uses '", input,
                                "', which no node before it computes");
    for (const std::string& output : node.output()) {
      if (output.empty()) continue;
      check<std::runtime_error>(known.insert(output).second, "", described(node), " computes '",
                                output, "', which is there already");
      producers_[output] = &node;
    }
  }
}

// Goes back over the nodes with which classifiers of scikit-learn end.
std::string Graph::without_labels(std::string value, std::vector<const NodeProto*>& dropped) const {
  static const std::set<std::string, std::less<>> tail = {
      "ZipMap", "ArgMax", "ArrayFeatureExtractor", "Binarizer", "LabelEncoder"};
  std::vector<const NodeProto*> skipped;  // Cast, Identity and Reshape behind others of the tail
  std::size_t kept = 0;                   // how many of the skipped ones are part of the tail
  std::string at = value;
  for (auto found = producers_.find(at); found != producers_.end(); found = producers_.find(at)) {
    const NodeProto& node = *found->second;
    const std::string& op = node.op_type();
    const bool in_tail = tail.contains(op);
    if (node.input_size() == 0 || (!in_tail && op != "Cast" && op != "Identity" && op != "Reshape"))
      break;
    // ArrayFeatureExtractor looks the labels up: its second input is computed.
    at = node.input(op == "ArrayFeatureExtractor" && node.input_size() > 1 ? 1 : 0);
    skipped.push_back(&node);
    if (in_tail) {
      value = at;
      kept = skipped.size();
    }
  }
  // Two classes: the probabilities of both are made of that of the second, as (1 - p, p).
  const auto found = producers_.find(value);
  if (found != producers_.end() && found->second->op_type() == "Concat" &&
      found->second->input_size() == 2) {
    const std::string& second = found->second->input(1);
    const auto first = producers_.find(found->second->input(0));
    if (first != producers_.end() && first->second->op_type() == "Sub" &&
        first->second->input_size() == 2 && first->second->input(1) == second &&
        initializers_.contains(first->second->input(0))) {
      skipped.resize(kept);
      skipped.push_back(found->second);
      kept = skipped.size();
      value = second;
    }
  }
  for (std::size_t i = 0; i < kept; ++i)
    if (std::find(dropped.begin(), dropped.end(), skipped[i]) == dropped.end())
      dropped.push_back(skipped[i]);
  return value;
}

void Graph::choose_output() {
  check<std::runtime_error>(model_.graph().output_size() > 0, "", "has no output");
  std::vector<const NodeProto*> dropped;
  for (const ValueInfoProto& each : model_.graph().output()) {
    check<std::runtime_error>(each.name() == input_ || producers_.contains(each.name()), "",
                              "has an output '", each.name(), "' that no node computes");
    const std::string value = without_labels(each.name(), dropped);
    check<std::runtime_error>(output_.empty() || output_ == value, "", "has several outputs, '",
                              output_, "' and '", value, "': a Sequential has one");
    output_ = value;
  }
  if (dropped.empty()) return;
  warn("onnx", path_, ": the model gives '", output_, "', without ",
       joined(dropped, [](const NodeProto* node) { return described(*node); }));
}

void Graph::choose_nodes() {
  std::set<std::string, std::less<>> needed = {output_};
  const auto& all = model_.graph().node();
  for (int i = all.size() - 1; i >= 0; --i) {
    bool is_needed = false;
    for (const std::string& output : all[i].output())
      is_needed = is_needed || (!output.empty() && needed.contains(output));
    if (!is_needed) continue;
    nodes_.push_back(&all[i]);
    needed.insert(all[i].input().begin(), all[i].input().end());
  }
  std::reverse(nodes_.begin(), nodes_.end());
  std::erase_if(nodes_, [&](const NodeProto* node) { return is_constant(*node); });
  for (const NodeProto* node : nodes_) places_.emplace(node, places_.size());
  for (const NodeProto* node : nodes_)
    for (const std::string& input : node->input()) {
      std::vector<const NodeProto*>& users = users_[input];
      if (users.empty() || users.back() != node) users.push_back(node);
    }
}

// Takes the value of a node that depends on no input.
bool Graph::is_constant(const NodeProto& node) {
  if (node.op_type() == "Constant" && node.output_size() == 1) {
    const AttributeProto* tensor = find_attribute(node, "value");
    if (tensor) initializers_.emplace(node.output(0), &tensor->t());
    for (const char* integers : {"value_int", "value_ints"})
      if (const AttributeProto* each = find_attribute(node, integers)) {
        Constant constant{.is_integer = true,
                          .integers = {each->ints().begin(), each->ints().end()}};
        if (each->has_i()) constant.integers = {each->i()};
        if (!each->has_i()) constant.shape = {constant.integers.size()};
        set_constant(node.output(0), std::move(constant));
      }
    for (const char* floats : {"value_float", "value_floats"})
      if (const AttributeProto* each = find_attribute(node, floats)) {
        const std::vector<float> values(each->floats().begin(), each->floats().end());
        Constant constant{.shape = {values.size()},
                          .floats = Tensor::from({values.size()}, values)};
        if (each->has_f()) constant = {.floats = Tensor(each->f())};
        set_constant(node.output(0), std::move(constant));
      }
    check<std::runtime_error>(constant(node.output(0)) != nullptr, "", described(node),
                              " has no number or tensor");
    return true;
  }
  for (const std::string& input : node.input())
    if (!input.empty() && !constant(input)) return false;
  if (std::all_of(node.input().begin(), node.input().end(),
                  [](const std::string& input) { return input.empty(); }))
    return false;
  std::optional<Constant> value = folded(*this, node);
  if (!value) return false;
  set_constant(node.output(0), std::move(*value));
  return true;
}

void Graph::spend(std::size_t work) {
  check<std::length_error>(work <= work_left_, "", "it takes too long to find out what its nodes ",
                           "compute");
  work_left_ -= work;
}

const std::vector<const NodeProto*>& Graph::users(const std::string& value) const {
  static const std::vector<const NodeProto*> none;
  const auto found = users_.find(value);
  return found == users_.end() ? none : found->second;
}

const Constant* Graph::constant(const std::string& name) {
  const auto found = constants_.find(name);
  if (found != constants_.end()) return &found->second;
  const auto initializer = initializers_.find(name);
  if (initializer == initializers_.end()) return nullptr;
  return &constants_.emplace(name, read_constant(*initializer->second)).first->second;
}

void Graph::set_constant(const std::string& name, Constant value) {
  constants_[name] = std::move(value);
}

const Constant* Graph::constant_input(const NodeProto& node, int index) {
  return index < node.input_size() && !node.input(index).empty() ? constant(node.input(index))
                                                                 : nullptr;
}

std::optional<std::vector<std::int64_t>> Graph::integers(const NodeProto& node, int index,
                                                         std::string_view attribute) {
  if (find_attribute(node, attribute)) return integers_attribute(node, attribute);
  const Constant* constant = constant_input(node, index);
  if (!constant || !constant->is_integer) return std::nullopt;
  return constant->integers;
}

}  // namespace keratin::onnx
