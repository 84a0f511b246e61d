// Layers that change shapes and scales.
#include "keratin/layers.hpp"
#include "saving/onnx/export.hpp"

namespace keratin::onnx {

namespace {

using namespace layers;

using Integers = std::vector<std::int64_t>;

// The shape of the output, with 0 for the batch: as many rows as there are.
std::string target_shape(Writer& w) {
  Integers shape = {0};
  for (const std::size_t size : w.output_shape()) shape.push_back(static_cast<std::int64_t>(size));
  return w.integers("shape", shape);
}

void write_flatten(Writer& w, const Flatten&) {
  if (w.shape().size() == 1) return;
  w.set_value(w.node("Flatten", {w.value()}, {{"axis", std::int64_t{1}}}));
}

void write_reshape(Writer& w, const Reshape&) {
  if (w.output_shape() == w.shape()) return;
  w.set_value(w.node("Reshape", {w.value(), target_shape(w)}));
}

void write_permute(Writer& w, const Permute& layer) {
  Integers order = {0};
  for (const int axis : layer.options().dims) order.push_back(axis);
  w.set_value(w.node("Transpose", {w.value()}, {{"perm", order}}));
}

void write_repeat_vector(Writer& w, const RepeatVector& layer) {
  const std::string rows = w.node("Unsqueeze", {w.value(), w.integers("axes", {1})});
  w.set_value(w.node("Expand", {rows, w.integers("shape", {1, layer.options().n, 1})}));
}

void write_rescaling(Writer& w, const Rescaling& layer) {
  const auto scale = static_cast<float>(layer.options().scale);
  const auto offset = static_cast<float>(layer.options().offset);
  std::string y = w.node("Mul", {w.any_order(), w.constant("scale", scale)});
  if (offset != 0) y = w.node("Add", {y, w.constant("offset", offset)});
  w.set_same_order(y);
}

constexpr ExportRow rows[] = {
    row<Flatten, write_flatten>(),
    row<Permute, write_permute>(),
    row<RepeatVector, write_repeat_vector>(),
    row<Rescaling, write_rescaling>(),
    row<Reshape, write_reshape>(),
};

}  // namespace

std::span<const ExportRow> shape_exports() { return rows; }

}  // namespace keratin::onnx
