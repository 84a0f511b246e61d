#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct GaussianDropoutOptions {
  double rate = 0;  // required, as a field or as the constructor's first argument
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, GaussianDropoutOptions& o) {
  v("rate", o.rate);
  v("seed", o.seed);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// While training, x times noise of mean 1 and standard deviation sqrt(rate / (1 - rate)), that of
/// Dropout of the same rate.
class GaussianDropout : public Configured<Layer, GaussianDropoutOptions> {
 public:
  explicit GaussianDropout(GaussianDropoutOptions options);
  explicit GaussianDropout(double rate, GaussianDropoutOptions options = {});
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  random::SeedGenerator* random_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
