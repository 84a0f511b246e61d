#pragma once
// Models for the tests of ONNX files: together they have every layer and activation.

#include <keratin/sequential.hpp>
#include <string>
#include <vector>

namespace keratin::test {

struct NamedModel {
  std::string name;
  Sequential model;
  Tensor x;  // a batch for it
  bool can_be_imported = true;
};

/// Built, with weights that are not the initial ones.
std::vector<NamedModel> onnx_models();

}  // namespace keratin::test
