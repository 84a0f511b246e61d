#pragma once
// Similarity of labels and predictions along an axis. The best value of each is 1.

#include <string>

#include "keratin/metrics/wrappers.hpp"

namespace KERATIN_API keratin {
namespace metrics {

struct AxisMetricOptions {
  std::string name = "";
  int axis = -1;
};
template <class V>
void fields(V& v, AxisMetricOptions& o) {
  v("name", o.name);
  v("axis", o.axis);
}

/// The sum of the products of the unit vectors: the loss of that name with the other sign.
class CosineSimilarity : public Configured<MeanMetricWrapper, AxisMetricOptions> {
 public:
  explicit CosineSimilarity(AxisMetricOptions options = {});
};

/// Pearson's r: the mean product of z-scores.
class PearsonCorrelation : public Configured<MeanMetricWrapper, AxisMetricOptions> {
 public:
  explicit PearsonCorrelation(AxisMetricOptions options = {});
};

/// 2 (t - mean p)(p - mean p) / (var t + var p + (mean t - mean p)^2), averaged along the axis, as
/// Keras has it.
class ConcordanceCorrelation : public Configured<MeanMetricWrapper, AxisMetricOptions> {
 public:
  explicit ConcordanceCorrelation(AxisMetricOptions options = {});
};

}  // namespace metrics
}  // namespace keratin
