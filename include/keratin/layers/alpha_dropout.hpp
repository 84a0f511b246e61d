#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct AlphaDropoutOptions {
  double rate = 0;  // required, as a field or as the constructor's first argument
  std::optional<std::vector<std::optional<int>>> noise_shape = {};  // as Dropout's
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, AlphaDropoutOptions& o) {
  v("rate", o.rate);
  v("noise_shape", o.noise_shape);
  v("seed", o.seed);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Dropout that keeps the mean and the variance of values with mean 0 and variance 1, which selu
/// gives: while training, dropped values become the limit of selu, and all are scaled and shifted.
class AlphaDropout : public Configured<Layer, AlphaDropoutOptions> {
 public:
  explicit AlphaDropout(AlphaDropoutOptions options);
  explicit AlphaDropout(double rate, AlphaDropoutOptions options = {});
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  random::SeedGenerator* random_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
