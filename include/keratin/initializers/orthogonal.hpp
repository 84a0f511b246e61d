#pragma once

#include <cstdint>
#include <optional>

#include "keratin/initializers/initializer.hpp"

namespace KERATIN_API keratin {
namespace initializers {

struct OrthogonalOptions {
  double gain = 1.0;
  std::optional<std::uint64_t> seed = {};
};
template <class V>
void fields(V& v, OrthogonalOptions& o) {
  v("gain", o.gain);
  v("seed", o.seed);
}

/// `gain` times a random matrix with orthonormal columns, or rows if it is wider than tall; all
/// such matrices are equally likely. All axes but the last together count as rows. Throws for a
/// rank below 2. LAPACK computes it, so the last bits may differ between machines.
class Orthogonal : public Seeded<OrthogonalOptions> {
 public:
  using Seeded::Seeded;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

}  // namespace initializers
}  // namespace keratin
