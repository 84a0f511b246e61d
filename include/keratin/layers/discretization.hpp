#pragma once

#include <string>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct DiscretizationOptions {
  OptionalList<double> bin_boundaries = {};  // ascending; or:
  std::optional<int> num_bins = {};          // how many bins adapt() is to make
  double epsilon = 0.01;                     // the precision of their quantiles
  std::string output_mode = "int";           // or as CategoryEncoding's
  std::string name = "";
};
template <class V>
void fields(V& v, DiscretizationOptions& o) {
  v("bin_boundaries", o.bin_boundaries);
  v("num_bins", o.num_bins);
  v("epsilon", o.epsilon);
  v("output_mode", o.output_mode);
  v("name", o.name);
}

/// Numbers to the index of their bin: how many boundaries are not above them. The boundaries are
/// given, or the quantiles of the data given to adapt().
class Discretization : public Configured<Layer, DiscretizationOptions> {
 public:
  explicit Discretization(DiscretizationOptions options);
  /// Takes the boundaries of num_bins bins with about equally many values of `x`. Throws
  /// std::invalid_argument for a layer without num_bins.
  void adapt(const ArrayView& x);
  const std::vector<double>& bin_boundaries() const { return boundaries_; }
  Config get_config() const override;
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;

 private:
  int depth() const;
  std::vector<double> boundaries_;
};

}  // namespace layers
}  // namespace keratin
