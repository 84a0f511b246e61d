#include "keratin/layers/embedding.hpp"

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::layers {

namespace {

EmbeddingOptions with_sizes(EmbeddingOptions options, int input_dim, int output_dim) {
  options.input_dim = input_dim;
  options.output_dim = output_dim;
  return options;
}

}  // namespace

Embedding::Embedding(EmbeddingOptions options) : Configured(std::move(options)) {
  const EmbeddingOptions& given = this->options();
  check(given.input_dim > 0 && given.output_dim > 0, "embedding", "input_dim is ", given.input_dim,
        " and output_dim ", given.output_dim, ", wanted 1 or more");
}

Embedding::Embedding(int input_dim, int output_dim, EmbeddingOptions options)
    : Embedding(with_sizes(std::move(options), input_dim, output_dim)) {}

Shape Embedding::compute_output_shape(const Shape& input) const {
  Shape output = input;
  output.push_back(static_cast<std::size_t>(options().output_dim));
  return output;
}

Shape Embedding::build(const Shape& input) {
  embeddings_ = &add_weight({.name = "embeddings",
                             .shape = {options().input_dim, options().output_dim},
                             .initializer = options().embeddings_initializer,
                             .regularizer = options().embeddings_regularizer,
                             .constraint = options().embeddings_constraint});
  return compute_output_shape(input);
}

Node Embedding::call(Node ids, bool) { return ops::gather(ids.tape().use(*embeddings_), ids); }

}  // namespace keratin::layers
