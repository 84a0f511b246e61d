#pragma once

#include <optional>
#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct ReLUOptions {
  std::optional<double> max_value = {};
  double negative_slope = 0;
  double threshold = 0;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, ReLUOptions& o) {
  v("max_value", o.max_value);
  v("negative_slope", o.negative_slope);
  v("threshold", o.threshold);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// max_value where x is that or more, x where it is above the threshold, and
/// negative_slope * (x - threshold) elsewhere.
class ReLU : public Configured<Layer, ReLUOptions> {
 public:
  explicit ReLU(ReLUOptions options = {});
  Node call(Node x, bool training) override;
};

struct LeakyReLUOptions {
  double negative_slope = 0.3;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, LeakyReLUOptions& o) {
  v("negative_slope", o.negative_slope);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// x where it is above 0, negative_slope * x elsewhere.
class LeakyReLU : public Configured<Layer, LeakyReLUOptions> {
 public:
  explicit LeakyReLU(LeakyReLUOptions options = {});
  Node call(Node x, bool training) override;
};

struct ELUOptions {
  double alpha = 1;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, ELUOptions& o) {
  v("alpha", o.alpha);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// x where it is above 0, alpha * (e^x - 1) elsewhere.
class ELU : public Configured<Layer, ELUOptions> {
 public:
  using Configured::Configured;
  Node call(Node x, bool training) override;
};

}  // namespace layers
}  // namespace keratin
