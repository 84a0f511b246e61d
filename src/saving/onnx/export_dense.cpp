// Dense and Embedding: products with weights, and rows of them.
#include "keratin/layers.hpp"
#include "saving/onnx/export.hpp"

namespace keratin::onnx {

namespace {

using namespace layers;

void write_dense(Writer& w, const Dense& layer) {
  const std::string x = w.value(), kernel = w.weight("kernel");
  if (layer.options().use_bias && w.shape().size() == 1) {
    w.set_value(w.node("Gemm", {x, kernel, w.weight("bias")}));
  } else {
    const std::string product = w.node("MatMul", {x, kernel});
    w.set_value(layer.options().use_bias ? w.node("Add", {product, w.weight("bias")}) : product);
  }
  write_activation(w, layer.options().activation);
}

void write_embedding(Writer& w, const Embedding&) {
  const std::string table = w.weight("embeddings");
  const std::string ids = w.node("Cast", {w.value()}, {{"to", std::int64_t{TensorProto::INT64}}});
  w.set_value(w.node("Gather", {table, ids}));
}

constexpr ExportRow export_dense_rows[] = {row<Dense, write_dense>(),
                                           row<Embedding, write_embedding>()};

}  // namespace

std::span<const ExportRow> dense_exports() { return export_dense_rows; }

}  // namespace keratin::onnx
