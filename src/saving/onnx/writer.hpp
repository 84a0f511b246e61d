#pragma once
// PRIVATE: builds an ONNX graph layer by layer.

#include <onnx.pb.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "keratin/layer.hpp"
#include "keratin/onnx.hpp"

namespace keratin::onnx {

/// A named attribute of a node.
using Attribute =
    std::pair<const char*,
              std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>>;
using Attributes = std::vector<Attribute>;

/// Holds the graph so far and the value that its last node computes. Layers compute on that value
/// in Keras's order of axes, (batch, ..., channels), or with the channels first, as ONNX's nodes
/// for images want them; a Transpose is added only where a layer asks for the other order than the
/// one that the value has.
class Writer {
 public:
  Writer(const Shape& input, const saving::OnnxOptions& options);

  // Shapes of a sample, in Keras's order: of the value, and of what the layer is to make of it.

  const Shape& shape() const { return shape_; }
  const Shape& output_shape() const { return output_shape_; }

  /// Starts a layer. `path` names its nodes: "sequential/dense".
  void begin(const Layer& layer, std::string path);
  /// Ends it: the value has the promised output shape from here on.
  void end() { shape_ = output_shape_; }

  // The value, by name.

  std::string value();                        // (batch, ...) in Keras's order
  std::string channels_first();               // (batch, channels, ...)
  std::string any_order() { return value_; }  // as it is: for nodes that treat elements alike

  // What the layer's nodes compute becomes the value.

  void set_value(std::string name);           // in Keras's order
  void set_channels_first(std::string name);  // (batch, channels, ...)
  void set_same_order(std::string name) { value_ = std::move(name); }

  /// The place of an axis of Keras's order, 0 being the batch, in the order that the value has.
  std::int64_t place(std::size_t axis) const;
  /// The values of a weight of a sample's rank, with its axes in the order that the value has.
  Tensor in_order(const Tensor& weight) const;

  /// Adds a node and returns the name of its output. The first node of a layer has the layer's
  /// name.
  std::string node(const char* op_type, const std::vector<std::string>& inputs,
                   const Attributes& attributes = {});
  /// Adds a constant of that name within the layer and returns its name in the graph.
  std::string constant(std::string_view name, const Tensor& value);
  std::string scalar(std::string_view name, double value);
  std::string integers(std::string_view name, const std::vector<std::int64_t>& values);
  /// A weight of the layer, by the name that it has there.
  std::string weight(std::string_view name);
  const Tensor& weight_value(std::string_view name) const;
  bool has_weight(std::string_view name) const;

  /// The model's bytes, with the value as its output.
  std::string finish();

 private:
  std::string unique(const std::string& name);
  std::string transposed(const std::string& name, const std::vector<std::int64_t>& order);
  std::string add_node(const std::string& wanted_name, const char* op_type,
                       const std::vector<std::string>& inputs, const Attributes& attributes);

  saving::OnnxOptions options_;
  ModelProto model_;
  std::set<std::string, std::less<>> names_;
  Shape shape_, output_shape_;
  std::string value_;
  bool channels_first_ = false;
  const Layer* layer_ = nullptr;
  std::string path_;
};

/// The values of a tensor with its axes in another order.
Tensor transposed(const Tensor& tensor, const std::vector<int>& order);

}  // namespace keratin::onnx
