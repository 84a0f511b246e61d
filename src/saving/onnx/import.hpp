#pragma once
// PRIVATE: ONNX graphs as layers.

#include <string>

#include "keratin/sequential.hpp"

namespace keratin::onnx {

/// The model in a file, as saving::load_onnx() returns it.
Sequential imported(const std::string& path);

}  // namespace keratin::onnx
