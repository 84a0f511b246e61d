#pragma once

#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct CategoryEncodingOptions {
  int num_tokens = 0;  // required, as a field or as the constructor's first argument
  std::string output_mode = "multi_hot";  // or "one_hot", "count"
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, CategoryEncodingOptions& o) {
  v("num_tokens", o.num_tokens);
  v("output_mode", o.output_mode);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Ids from 0 to num_tokens - 1 as vectors. "one_hot": a vector for each id; "multi_hot" and
/// "count": one for the ids along the last axis, with 1 for each that occurs, or how often it does.
class CategoryEncoding : public Configured<Layer, CategoryEncodingOptions> {
 public:
  explicit CategoryEncoding(CategoryEncodingOptions options);
  explicit CategoryEncoding(int num_tokens, CategoryEncodingOptions options = {});
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node ids, bool training) override;
};

}  // namespace layers
}  // namespace keratin
