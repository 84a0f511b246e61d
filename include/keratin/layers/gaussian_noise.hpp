#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct GaussianNoiseOptions {
  double stddev = 0;  // required, as a field or as the constructor's first argument
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, GaussianNoiseOptions& o) {
  v("stddev", o.stddev);
  v("seed", o.seed);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// While training, x plus noise of mean 0 and that standard deviation, 0 to 1.
class GaussianNoise : public Configured<Layer, GaussianNoiseOptions> {
 public:
  explicit GaussianNoise(GaussianNoiseOptions options);
  explicit GaussianNoise(double stddev, GaussianNoiseOptions options = {});
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  random::SeedGenerator* random_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
