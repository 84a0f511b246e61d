#pragma once
// PRIVATE: the graph in an ONNX file, checked: what load_onnx() works on. The file is not trusted.

#include <onnx.pb.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/tensor.hpp"

namespace keratin::onnx {

/// A tensor that does not depend on the model's input.
struct Constant {
  Shape shape = {};
  bool is_integer = false;
  Tensor floats = {};                       // the values unless they are integers
  std::vector<std::int64_t> integers = {};  // the values if they are; one may be batch_size

  bool is_scalar() const { return shape.elements() == 1; }
  double scalar() const {
    return is_integer ? static_cast<double>(integers.front()) : floats.data()[0];
  }
};

/// Stands for the number of rows in a shape that a graph computes with.
inline constexpr std::int64_t batch_size = INT64_MIN;

/// Throws std::runtime_error if the tensor has other values than its shape needs, or a type that
/// is not read, before it allocates anything.
Constant read_constant(const TensorProto& tensor);

// Attributes of a node.
const AttributeProto* find_attribute(const NodeProto& node, std::string_view name);
std::int64_t integer_attribute(const NodeProto& node, std::string_view name,
                               std::int64_t otherwise);
double float_attribute(const NodeProto& node, std::string_view name, double otherwise);
std::string text_attribute(const NodeProto& node, std::string_view name, std::string otherwise);
std::vector<std::int64_t> integers_attribute(const NodeProto& node, std::string_view name,
                                             std::vector<std::int64_t> otherwise = {});

/// "Gemm (node '/0/Gemm')", with the domain unless it is ONNX's own.
std::string described(const NodeProto& node);

class Graph {
 public:
  /// Reads a file. Throws std::runtime_error if it is damaged: among others, if a node uses what no
  /// node before it computes.
  explicit Graph(const std::string& path);
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  std::int64_t operator_set() const { return operator_set_; }
  const std::string& input() const { return input_; }
  const Shape& input_shape() const { return input_shape_; }     // of a sample
  std::optional<std::int64_t> batch() const { return batch_; }  // if the file fixes it
  /// The value that the model computes: its output, or what nodes make labels from.
  const std::string& output() const { return output_; }
  /// The nodes that the output needs, each behind those that it needs.
  const std::vector<const NodeProto*>& nodes() const { return nodes_; }
  /// Those of them that use a value.
  const std::vector<const NodeProto*>& users(const std::string& value) const;

  /// Where a node stands among them.
  std::size_t place(const NodeProto& node) const { return places_.at(&node); }

  /// Counts work that a small file could ask for again and again: about a microsecond each. Throws
  /// std::length_error after some seconds of it.
  void spend(std::size_t work);

  /// nullptr for what depends on the input.
  const Constant* constant(const std::string& name);
  void set_constant(const std::string& name, Constant value);
  /// The constant that a node has as that input, nullptr if it has none there, or no constant.
  const Constant* constant_input(const NodeProto& node, int index);
  /// The same for integers, from an input or, in older operator sets, from an attribute.
  std::optional<std::vector<std::int64_t>> integers(const NodeProto& node, int index,
                                                    std::string_view attribute);

 private:
  void check_nodes();
  void choose_output();
  std::string without_labels(std::string value, std::vector<const NodeProto*>& dropped) const;
  void choose_nodes();
  bool is_constant(const NodeProto& node);

  std::string path_;
  ModelProto model_;
  std::int64_t operator_set_ = 0;
  std::string input_, output_;
  Shape input_shape_;
  std::optional<std::int64_t> batch_;
  std::map<std::string, const TensorProto*, std::less<>> initializers_;
  std::map<std::string, Constant, std::less<>> constants_;
  std::map<std::string, const NodeProto*, std::less<>> producers_;
  std::map<std::string, std::vector<const NodeProto*>, std::less<>> users_;
  std::map<const NodeProto*, std::size_t> places_;
  std::vector<const NodeProto*> nodes_;
  std::size_t work_left_;
};

}  // namespace keratin::onnx
