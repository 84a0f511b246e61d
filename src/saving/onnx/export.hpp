#pragma once
// PRIVATE: layers as ONNX nodes. Each class of layers has a function that writes its nodes, and a
// row in the table of its kind.

#include <span>
#include <string>
#include <typeinfo>

#include "keratin/activations.hpp"
#include "saving/onnx/writer.hpp"

namespace keratin::onnx {

/// The bytes of the file that saving::export_onnx() writes.
std::string exported(const Sequential& model, const saving::OnnxOptions& options);

struct ExportRow {
  const std::type_info* type;
  void (*write)(Writer& writer, const Layer& layer);
};

/// A row for the class L, whose nodes `write` adds: from writer.value(), or what the writer has for
/// nodes with other wants, to one of the writer's setters.
template <class L, void (*write)(Writer& writer, const L& layer)>
constexpr ExportRow row() {
  return {&typeid(L),
          [](Writer& writer, const Layer& layer) { write(writer, static_cast<const L&>(layer)); }};
}
/// A row for a class that hands on its input outside of training.
template <class L>
constexpr ExportRow identity_row() {
  return {&typeid(L), [](Writer&, const Layer&) {}};
}

/// The row of a layer's class, nullptr for classes that are not the library's.
const ExportRow* find_export(const std::type_info& type);

// The tables.
std::span<const ExportRow> activation_exports();
std::span<const ExportRow> dense_exports();
std::span<const ExportRow> encoding_exports();
std::span<const ExportRow> image_exports();
std::span<const ExportRow> normalization_exports();
std::span<const ExportRow> shape_exports();
std::span<const ExportRow> training_exports();

/// Adds the nodes of an activation. Throws for a function of the program's own.
void write_activation(Writer& writer, const ActivationFunction& activation);

/// The names of the activations that work on each element.
std::vector<std::string> element_activations();

/// Adds the nodes of the layers in `model`.
void write_layers(Writer& writer, const Sequential& model, const std::string& path);

}  // namespace keratin::onnx
