#pragma once
// First values of weights, as classes and Keras strings. Formulas, limits and defaults: Keras 3.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "keratin/random.hpp"
#include "keratin/tensor.hpp"

namespace keratin {

/// How a weight gets its first value. A value: copy it freely. Each call draws from a stream of its
/// own, so two calls differ; with a seed every call returns the same. (Keras's objects repeat
/// themselves without one too; its strings do not.)
class Initializer {
 public:
  /// Writes every element of `weights`.
  using Fill = std::function<void(Tensor& weights, random::Generator& generator)>;

  Initializer(const char* name) : Initializer(std::string(name)) {}
  /// By its Keras name ("glorot_uniform", "GlorotUniform"); throws for an unknown one, listing
  /// those there are.
  Initializer(const std::string& name);
  /// These values: calling it with another shape throws.
  Initializer(Tensor values);
  /// A user's own function.
  template <class F>
  requires std::is_invocable_v<const F&, Tensor&, random::Generator&> Initializer(
      F fill, std::optional<std::uint64_t> seed = {})
      : Initializer("", Fill(std::move(fill)), seed) {}

  Tensor operator()(const Shape& shape) const;

  /// Keras's class name; empty for a user's own.
  const std::string& name() const { return name_; }

 protected:
  Initializer(std::string name, Fill fill, std::optional<std::uint64_t> seed = {});

 private:
  std::string name_;
  Fill fill_;
  std::optional<std::uint64_t> seed_;
};

namespace initializers {

struct SeedOptions {
  std::optional<std::uint64_t> seed = {};
};
struct RandomNormalOptions {
  double mean = 0.0, stddev = 0.05;
  std::optional<std::uint64_t> seed = {};
};
struct RandomUniformOptions {
  double minval = -0.05, maxval = 0.05;
  std::optional<std::uint64_t> seed = {};
};
struct VarianceScalingOptions {
  double scale = 1.0;
  std::string mode = "fan_in";  // or fan_out, fan_avg
  std::string distribution =
      "truncated_normal";  // or normal (the same), untruncated_normal, uniform
  std::optional<std::uint64_t> seed = {};
};
struct OrthogonalOptions {
  double gain = 1.0;
  std::optional<std::uint64_t> seed = {};
};

struct Zeros : Initializer {
  Zeros();
};
struct Ones : Initializer {
  Ones();
};
struct Constant : Initializer {
  explicit Constant(double value = 0.0);
};
struct RandomNormal : Initializer {
  explicit RandomNormal(RandomNormalOptions options = {});
};
struct RandomUniform : Initializer {
  explicit RandomUniform(RandomUniformOptions options = {});  // [minval, maxval)
};
/// RandomNormal without what lies further than two stddev from the mean; what is left has 0.8796
/// stddev.
struct TruncatedNormal : Initializer {
  explicit TruncatedNormal(RandomNormalOptions options = {});
};

/// Variance scale / fan: uniform within +-sqrt(3 scale / fan), or normal; the truncated one is
/// widened to that variance. The fans of
/// (..., in, out) are in and out times the sizes before them; those of (n) are n and n. Throws for
/// a scale not above 0.
struct VarianceScaling : Initializer {
  explicit VarianceScaling(VarianceScalingOptions options = {});

 protected:
  VarianceScaling(std::string name, VarianceScalingOptions options);
};
struct GlorotUniform : VarianceScaling {
  explicit GlorotUniform(SeedOptions options = {});  // within +-sqrt(6 / (in + out))
};
struct GlorotNormal : VarianceScaling {
  explicit GlorotNormal(SeedOptions options = {});  // variance 2 / (in + out)
};
struct HeUniform : VarianceScaling {
  explicit HeUniform(SeedOptions options = {});  // within +-sqrt(6 / in)
};
struct HeNormal : VarianceScaling {
  explicit HeNormal(SeedOptions options = {});  // variance 2 / in
};
struct LecunUniform : VarianceScaling {
  explicit LecunUniform(SeedOptions options = {});  // within +-sqrt(3 / in)
};
struct LecunNormal : VarianceScaling {
  explicit LecunNormal(SeedOptions options = {});  // variance 1 / in
};

/// gain times a matrix with orthonormal columns (rows where it is wider than tall), each such
/// matrix as likely. Sizes before the last axis count as rows; a rank below 2 throws. LAPACK
/// computes it: the last bits may differ between machines.
struct Orthogonal : Initializer {
  explicit Orthogonal(OrthogonalOptions options = {});
};
/// gain on the diagonal, else 0. Any rank but 2 throws.
struct Identity : Initializer {
  explicit Identity(double gain = 1.0);
};

/// What Initializer's constructor from a name finds.
Initializer get(const std::string& name);

}  // namespace initializers
}  // namespace keratin
