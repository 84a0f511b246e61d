#pragma once
// PRIVATE: ids as vectors, for CategoryEncoding and Discretization.

#include <string>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

/// Throws unless it is one of Keras's: "int", "one_hot", "multi_hot", "count".
inline void check_output_mode(const std::string& mode, const char* where) {
  check(mode == "int" || mode == "one_hot" || mode == "multi_hot" || mode == "count", where,
        "output_mode is '", mode, "', wanted 'int', 'one_hot', 'multi_hot' or 'count'");
}

/// The shape of a sample's encoding, for ids of shape `input`.
inline Shape encoded_shape(const Shape& input, const std::string& mode, int depth,
                           const char* where) {
  if (mode == "int") return input;
  Shape output = input;
  const bool one_hot = mode == "one_hot";
  check(one_hot || !input.empty(), where, "got one id per sample, which '", mode,
        "' cannot gather: put Reshape({1}) before it");
  if (!one_hot || (!input.empty() && input.back() == 1)) output.pop_back();
  output.push_back(static_cast<std::size_t>(depth));
  return output;
}

inline Node encoded(Node ids, const std::string& mode, int depth) {
  if (mode == "int") return ids;
  const Node hot = ops::one_hot(ids, depth);
  if (mode == "count") return ops::sum(hot, -2);
  if (mode == "multi_hot") return ops::max(hot, -2);
  const Shape& shape = ids.shape();
  return shape.size() > 1 && shape.back() == 1 ? ops::squeeze(hot, -2) : hot;
}

}  // namespace keratin::layers
