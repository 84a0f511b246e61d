#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct DropoutOptions {
  double rate = 0;  // required, as a field or as the constructor's first argument
  std::optional<std::vector<std::optional<int>>> noise_shape = {};  // with the batch axis
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, DropoutOptions& o) {
  v("rate", o.rate);
  v("noise_shape", o.noise_shape);
  v("seed", o.seed);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// While training, a share `rate` of the values becomes 0 and the others are divided by 1 - rate;
/// otherwise nothing changes. With a noise shape one draw serves all values along the axes where
/// that has size 1; a size that is not given is the input's.
class Dropout : public Configured<Layer, DropoutOptions> {
 public:
  explicit Dropout(DropoutOptions options);
  explicit Dropout(double rate, DropoutOptions options = {});
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  random::SeedGenerator* random_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
