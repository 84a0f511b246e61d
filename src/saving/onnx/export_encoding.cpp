// Numbers as bins, and ids as vectors.
#include <cmath>
#include <limits>

#include "keratin/layers.hpp"
#include "saving/onnx/export.hpp"

namespace keratin::onnx {

namespace {

using namespace layers;

constexpr std::int64_t to_float = TensorProto::FLOAT;

// What layers/encoding.hpp makes of ids: 1 where the last, new axis has the id, gathered as the
// mode says.
std::string encoded(Writer& w, const std::string& ids, const std::string& mode, std::size_t depth) {
  if (mode == "int") return ids;
  Tensor classes = Tensor::zeros({depth});
  for (std::size_t i = 0; i < depth; ++i) classes.data()[i] = static_cast<float>(i);
  const std::string last = w.integers("last_axis", {-1});
  const std::string equal =
      w.node("Equal", {w.node("Unsqueeze", {ids, last}), w.constant("classes", classes)});
  const std::string hot = w.node("Cast", {equal}, {{"to", to_float}});
  const std::string before_last = w.integers("ids_axis", {-2});
  if (mode == "count")
    return w.node("ReduceSum", {hot, before_last}, {{"keepdims", std::int64_t{0}}});
  if (mode == "multi_hot")
    return w.node("ReduceMax", {hot},
                  {{"axes", std::vector<std::int64_t>{-2}}, {"keepdims", std::int64_t{0}}});
  const bool one_id = !w.shape().empty() && w.shape().back() == 1;
  return one_id ? w.node("Squeeze", {hot, before_last}) : hot;
}

void write_category_encoding(Writer& w, const CategoryEncoding& layer) {
  const auto depth = static_cast<std::size_t>(layer.options().num_tokens);
  w.set_value(encoded(w, w.value(), layer.options().output_mode, depth));
}

// The least float that is not below a boundary: the layer compares as doubles.
float float_not_below(double boundary) {
  const auto nearest = static_cast<float>(boundary);
  return nearest < boundary ? std::nextafter(nearest, std::numeric_limits<float>::infinity())
                            : nearest;
}

void write_discretization(Writer& w, const Discretization& layer) {
  const std::vector<double>& bins = layer.bin_boundaries();
  check(!bins.empty(), "discretization", "has no boundaries yet: call adapt() first");
  Tensor boundaries = Tensor::zeros({bins.size()});
  for (std::size_t i = 0; i < bins.size(); ++i) boundaries.data()[i] = float_not_below(bins[i]);
  const std::string last = w.integers("bins_axis", {-1});
  const std::string below = w.node(
      "Less", {w.node("Unsqueeze", {w.value(), last}), w.constant("bin_boundaries", boundaries)});
  const std::string reached = w.node("Cast", {w.node("Not", {below})}, {{"to", to_float}});
  const std::string ids = w.node("ReduceSum", {reached, last}, {{"keepdims", std::int64_t{0}}});
  w.set_value(encoded(w, ids, layer.options().output_mode, bins.size() + 1));
}

constexpr ExportRow export_encoding_rows[] = {row<CategoryEncoding, write_category_encoding>(),
                                              row<Discretization, write_discretization>()};

}  // namespace

std::span<const ExportRow> encoding_exports() { return export_encoding_rows; }

}  // namespace keratin::onnx
