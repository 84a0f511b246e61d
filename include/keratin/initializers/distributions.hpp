#pragma once
// Random initializers that do not scale with the shape, except Orthogonal, which depends on it.

#include <cstdint>
#include <optional>

#include "keratin/initializers/initializer.hpp"

namespace KERATIN_API keratin {
namespace initializers {

struct RandomNormalOptions {
  double mean = 0.0;
  double stddev = 0.05;
  std::optional<std::uint64_t> seed = {};
};
template <class V>
void fields(V& v, RandomNormalOptions& o) {
  v("mean", o.mean);
  v("stddev", o.stddev);
  v("seed", o.seed);
}

/// Values from a normal distribution.
class RandomNormal : public Seeded<RandomNormalOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

/// A normal distribution restricted to two `stddev` around the mean. The standard deviation of what
/// remains is 0.8796 stddev.
class TruncatedNormal : public Seeded<RandomNormalOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

struct RandomUniformOptions {
  double minval = -0.05;
  double maxval = 0.05;
  std::optional<std::uint64_t> seed = {};
};
template <class V>
void fields(V& v, RandomUniformOptions& o) {
  v("minval", o.minval);
  v("maxval", o.maxval);
  v("seed", o.seed);
}

/// Uniform in [minval, maxval).
class RandomUniform : public Seeded<RandomUniformOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

}  // namespace initializers
}  // namespace keratin
