#pragma once
// PRIVATE: computes nodes on doubles.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "saving/onnx/region.hpp"

namespace keratin::onnx {

/// Larger arrays are not computed: no memory for them is asked for by a small file.
inline constexpr std::size_t most_elements = std::size_t{1} << 19;

struct Array {
  Shape shape = {};
  std::vector<double> values = {};
};

/// What the region makes of x. Throws std::runtime_error where its nodes cannot be computed.
Array evaluate(Graph& graph, const std::string& value, const Region& region, const Array& x);

/// The value of a node whose inputs are all constants, nullopt if it is not one of those that are
/// computed.
std::optional<Constant> folded(Graph& graph, const NodeProto& node);

}  // namespace keratin::onnx
