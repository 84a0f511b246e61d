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

// A number, or one for each position of the last axis.
std::string factors(Writer& w, const char* name, const NumberOrList& given) {
  Tensor values = Tensor::zeros({given.values().size()});
  for (std::size_t i = 0; i < values.size(); ++i)
    values.data()[i] = static_cast<float>(given.values()[i]);
  return w.constant(name, given.is_list() ? values : values.reshaped({}));
}

void write_rescaling(Writer& w, const Rescaling& layer) {
  const NumberOrList &scale = layer.options().scale, &offset = layer.options().offset;
  if (scale.is_list() || offset.is_list()) w.value();  // which has that axis last
  std::string y = w.node("Mul", {w.any_order(), factors(w, "scale", scale)});
  if (offset.is_list() || offset.values().front() != 0)
    y = w.node("Add", {y, factors(w, "offset", offset)});
  w.set_same_order(y);
}

constexpr ExportRow export_shapes_rows[] = {
    row<Flatten, write_flatten>(),
    row<Permute, write_permute>(),
    row<RepeatVector, write_repeat_vector>(),
    row<Rescaling, write_rescaling>(),
    row<Reshape, write_reshape>(),
};

}  // namespace

std::span<const ExportRow> shape_exports() { return export_shapes_rows; }

}  // namespace keratin::onnx
