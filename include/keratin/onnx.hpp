#pragma once
// ONNX files (https://onnx.ai): models for other runtimes, and models of other frameworks.
// docs/onnx.md lists the layers and nodes.

#include <string>

#include "keratin/sequential.hpp"

namespace KERATIN_API keratin {
namespace saving {

struct OnnxOptions {
  std::string input_name = "input";    // of the tensor (batch, ...) that the file's users feed
  std::string output_name = "output";  // of the tensor (batch, ...) that they get
};

/// Writes what `model` computes in predict() as an ONNX model of operator set 17, whose batch size
/// is left open. Input and output keep the model's shapes: images are (batch, height, width,
/// channels). Layers that only matter while training (Dropout, noise, augmentation) leave nothing
/// behind. A file that exists already is replaced once the new one is complete.
/// Throws std::invalid_argument for a model that is not built and for a layer or activation that
/// has no ONNX form, such as one of the program's own, naming it and its position;
/// std::runtime_error if the file cannot be written, and if keratin was built without ONNX.
void export_onnx(const Sequential& model, const std::string& path, const OnnxOptions& options = {});

/// The model in an ONNX file, as layers that predict the same and can be trained further, if its
/// nodes are one after the other, as exporters of Keras, PyTorch and scikit-learn write them for
/// sequential nets. The model takes and gives arrays of the file's shapes: one that was made for
/// images (batch, channels, height, width) starts with a Permute. Of a classifier of scikit-learn
/// it gives the probabilities, or that of the second class where there are two; the nodes that make
/// labels of them are left out with a warning. The file is not trusted: nothing is allocated before
/// the file is known to hold it.
/// Throws std::runtime_error "[onnx] path: ..." for a damaged file and for one with nodes that no
/// layer corresponds to, listing all of them; and if keratin was built without ONNX.
Sequential load_onnx(const std::string& path);

}  // namespace saving
}  // namespace keratin
