#pragma once

#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct EmbeddingOptions {
  int input_dim = 0;  // required, as fields or as the constructor's first arguments
  int output_dim = 0;
  InitializerHandle embeddings_initializer = "uniform";
  RegularizerHandle embeddings_regularizer = {};
  RegularizerHandle activity_regularizer = {};
  ConstraintHandle embeddings_constraint = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, EmbeddingOptions& o) {
  v("input_dim", o.input_dim);
  v("output_dim", o.output_dim);
  v("embeddings_initializer", o.embeddings_initializer);
  v("embeddings_regularizer", o.embeddings_regularizer);
  v("activity_regularizer", o.activity_regularizer);
  v("embeddings_constraint", o.embeddings_constraint);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Ids from 0 to input_dim - 1, of any shape, to rows of a table: (...) to (..., output_dim).
/// Weights: embeddings (input_dim, output_dim). No gradient reaches the ids.
class Embedding : public Configured<Layer, EmbeddingOptions> {
 public:
  explicit Embedding(EmbeddingOptions options);
  explicit Embedding(int input_dim, int output_dim, EmbeddingOptions options = {});
  Shape compute_output_shape(const Shape& input) const override;
  Shape build(const Shape& input) override;
  Node call(Node ids, bool training) override;

 private:
  Variable* embeddings_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
