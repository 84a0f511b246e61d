#pragma once
// Initializers without randomness.

#include "keratin/initializers/initializer.hpp"

namespace KERATIN_API keratin {
namespace initializers {

struct NoOptions {};
template <class V>
void fields(V&, NoOptions&) {}

/// All values are 0.
class Zeros : public Configured<Initializer, NoOptions> {
 public:
  using Configured::Configured;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

/// All values are 1.
class Ones : public Configured<Initializer, NoOptions> {
 public:
  using Configured::Configured;
  void fill(Tensor& weights, random::Generator& generator) const override;
};

struct ConstantOptions {
  double value = 0.0;
};
template <class V>
void fields(V& v, ConstantOptions& o) {
  v("value", o.value);
}

/// `value` everywhere.
class Constant : public Configured<Initializer, ConstantOptions> {
 public:
  using Configured::Configured;
  explicit Constant(double value) : Configured(ConstantOptions{value}) {}
  void fill(Tensor& weights, random::Generator& generator) const override;
};

struct IdentityOptions {
  double gain = 1.0;
};
template <class V>
void fields(V& v, IdentityOptions& o) {
  v("gain", o.gain);
}

/// `gain` on the diagonal, 0 elsewhere. Throws for any rank but 2.
class Identity : public Configured<Initializer, IdentityOptions> {
 public:
  using Configured::Configured;
  explicit Identity(double gain) : Configured(IdentityOptions{gain}) {}
  void fill(Tensor& weights, random::Generator& generator) const override;
};

}  // namespace initializers
}  // namespace keratin
