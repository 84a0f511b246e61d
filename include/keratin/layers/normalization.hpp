#pragma once

#include <string>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/layer.hpp"
#include "keratin/ops.hpp"

namespace KERATIN_API keratin {

class Dataset;

namespace layers {

struct NormalizationOptions {
  Axes axis = -1;  // one or several, counted with the batch axis; Axes(): one mean for all
  OptionalList<double> mean = {};      // empty: the mean of the data given to adapt()
  OptionalList<double> variance = {};  // likewise
  bool invert = false;                 // whether to compute x * sqrt(variance) + mean
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, NormalizationOptions& o) {
  v("axis", o.axis);
  v("mean", o.mean);
  v("variance", o.variance);
  v("invert", o.invert);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// (x - mean) / sqrt(variance), with a mean and a variance for each position along the axes. They
/// are given, or those of the data given to adapt(); until then they are 0 and 1. Weights, unless
/// given: mean, variance and count, none of them trainable.
class Normalization : public Configured<Layer, NormalizationOptions> {
 public:
  explicit Normalization(NormalizationOptions options = {});
  /// Takes the mean and the variance of `x` (batch, ...), and builds the layer unless that is done.
  /// Throws std::invalid_argument for a layer that was given them.
  void adapt(const ArrayView& x);
  /// The same of the x of a Dataset, read once. Throws for one without an end.
  void adapt(const Dataset& data);
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  struct Moments {
    double count = 0;  // of the values at each position
    std::vector<double> mean = {}, variance = {};
    void add(const Moments& others);
  };
  Moments moments_of(const ArrayView& x);
  void set(const Moments& moments);

  Variable *mean_ = nullptr, *variance_ = nullptr;
  Tensor given_mean_, given_variance_;
  Shape broadcast_;  // of mean and variance beside x
};

}  // namespace layers

}  // namespace keratin
