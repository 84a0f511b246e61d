#pragma once
// PRIVATE: ONNX graphs as layers. Each type of nodes has a function that adds its layers, and a row
// in the table of its kind.

#include <span>
#include <string>

#include "keratin/sequential.hpp"
#include "saving/onnx/graph.hpp"
#include "saving/onnx/layer_list.hpp"

namespace keratin::onnx {

/// The model in a file, as saving::load_onnx() returns it.
Sequential imported(const std::string& path);

/// What functions that add layers work on.
struct Import {
  Graph& graph;
  LayerList& layers;

  /// A weight of a node: a constant of floats. Throws if the input is missing or another thing.
  const Constant& weight(const NodeProto& node, int index) const;
  /// The integers of a node's input, or of an attribute in older operator sets. Throws if there are
  /// none, or if they depend on the model's input.
  std::vector<std::int64_t> integers(const NodeProto& node, int index, const char* attribute) const;
  /// An axis of the value, counted from the batch's; negative ones count from the last.
  std::size_t axis(std::int64_t axis) const;
  /// A name for the layer that the node becomes; "" if it is only that of the node's type.
  std::string name(const NodeProto& node) const;
};

struct ImportRow {
  const char* op_type;
  void (*add)(const Import& in, const NodeProto& node);
  const char* domain = "";
};

// The tables.
std::span<const ImportRow> image_imports();
std::span<const ImportRow> weight_imports();
std::span<const ImportRow> shape_imports();

}  // namespace keratin::onnx
