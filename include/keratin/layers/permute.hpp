#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct PermuteOptions {
  std::vector<int> dims = {};  // required: the axes of a sample, counted from 1, in their new order
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, PermuteOptions& o) {
  v("dims", o.dims);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Reorders the axes of each sample: `Permute({2, 1})` swaps two.
class Permute : public Configured<Layer, PermuteOptions> {
 public:
  explicit Permute(PermuteOptions options);
  explicit Permute(std::initializer_list<int> dims, std::string layer_name = "");
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;

 private:
  std::vector<int> axes_;  // with the batch axis
};

}  // namespace layers
}  // namespace keratin
