#pragma once
// Random initializers whose variance depends on the shape: scale / fan. The fan is the number of
// values that enter or leave one element of a layer: of a weight (..., in, out) the fan in is `in`
// and the fan out `out`, both times the sizes before them (the taps of a convolution). A weight
// (n,) has n and n, a scalar 1 and 1. A fan below 1 counts as 1. Axes that a weight does not have
// throw std::invalid_argument.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keratin/initializers/initializer.hpp"

namespace KERATIN_API keratin {
namespace initializers {

struct VarianceScalingOptions {
  double scale = 1.0;
  /// The fan that counts: "fan_in", "fan_out", or "fan_avg", the mean of both.
  std::string mode = "fan_in";
  /// "truncated_normal" (also "normal"): two standard deviations around 0, widened so that the
  /// variance is scale / fan. "untruncated_normal". "uniform": within +-sqrt(3 scale / fan). Upper
  /// and lower case are not distinguished.
  std::string distribution = "truncated_normal";
  std::optional<std::uint64_t> seed = {};
  /// Where both are given, the fans are the products of the sizes of these axes; -1 is the last.
  std::optional<std::vector<int>> input_axes = {};
  std::optional<std::vector<int>> output_axes = {};
};
template <class V>
void fields(V& v, VarianceScalingOptions& o) {
  v("scale", o.scale);
  v("mode", o.mode);
  v("distribution", o.distribution);
  v("seed", o.seed);
  v("input_axes", o.input_axes);
  v("output_axes", o.output_axes);
}

/// Throws for a scale that is not above 0 and for an unknown mode or distribution.
class VarianceScaling : public Seeded<VarianceScalingOptions> {
 public:
  explicit VarianceScaling(VarianceScalingOptions options = {});
  void fill(Tensor& weights, random::Generator& generator) const override;
};

struct FanOptions {
  std::optional<std::uint64_t> seed = {};
  std::optional<std::vector<int>> input_axes = {};  // as in VarianceScalingOptions
  std::optional<std::vector<int>> output_axes = {};
};
template <class V>
void fields(V& v, FanOptions& o) {
  v("seed", o.seed);
  v("input_axes", o.input_axes);
  v("output_axes", o.output_axes);
}

/// Uniform within +-sqrt(6 / (in + out)).
class GlorotUniform : public Seeded<FanOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

/// Truncated normal of variance 2 / (in + out).
class GlorotNormal : public Seeded<FanOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

/// Uniform within +-sqrt(6 / in).
class HeUniform : public Seeded<FanOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

/// Truncated normal of variance 2 / in.
class HeNormal : public Seeded<FanOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

/// Uniform within +-sqrt(3 / in).
class LecunUniform : public Seeded<FanOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

/// Truncated normal of variance 1 / in.
class LecunNormal : public Seeded<FanOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

}  // namespace initializers
}  // namespace keratin
