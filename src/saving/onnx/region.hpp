#pragma once
// PRIVATE: several nodes that together are one layer.
//
// Exporters write an activation or a normalization as many small nodes, each exporter and version
// in its own way. Instead of knowing the ways, load_onnx() computes what the nodes make of some
// numbers, and looks for a layer that makes the same of them.

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "saving/onnx/graph.hpp"
#include "saving/onnx/layer_list.hpp"

namespace keratin::onnx {

/// Nodes that make one value of another.
struct Region {
  std::vector<const NodeProto*> nodes = {};
  std::string output = {};
};

/// Whether nodes of that type can be part of a region.
bool computes_elements(const NodeProto& node);
bool computes_normalizations(const NodeProto& node);

/// The regions that start at `value` and on which nothing else depends but their outputs, the
/// longest first. Constants in those of elements are single numbers.
std::vector<Region> regions_from(Graph& graph, const std::string& value, bool elements_only);

/// Adds the layers that do to elements what the region does: an activation, a Rescaling, a ReLU,
/// LeakyReLU or ELU, or nothing at all. False if none does.
bool add_function(Graph& graph, const std::string& value, const Region& region, LayerList& layers);
/// The same for a LayerNormalization, RMSNormalization, UnitNormalization or GroupNormalization.
bool add_normalization(Graph& graph, const std::string& value, const Region& region,
                       LayerList& layers);

}  // namespace keratin::onnx
