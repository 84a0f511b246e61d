#pragma once
// Counts of true and false positives and negatives, precision and recall.

#include <optional>
#include <string>

#include "keratin/metrics/threshold_metric.hpp"

namespace KERATIN_API keratin {
namespace metrics {

struct ConfusionCountOptions {
  Thresholds thresholds = {};  // none: 0.5
  std::string name = "";
};
template <class V>
void fields(V& v, ConfusionCountOptions& o) {
  v("thresholds", o.thresholds);
  v("name", o.name);
}

/// Base of the four counts. With weights they are sums of weights.
class ConfusionCount : public Configured<ThresholdMetric, ConfusionCountOptions> {
 protected:
  ConfusionCount(const ConfusionCountOptions& options, const char* class_name, Rate count);
};

/// How many positives are found.
struct TruePositives : ConfusionCount {
  explicit TruePositives(ConfusionCountOptions options = {});
};
/// How many negatives are left alone.
struct TrueNegatives : ConfusionCount {
  explicit TrueNegatives(ConfusionCountOptions options = {});
};
/// How many negatives are taken for positives.
struct FalsePositives : ConfusionCount {
  explicit FalsePositives(ConfusionCountOptions options = {});
};
/// How many positives are missed.
struct FalseNegatives : ConfusionCount {
  explicit FalseNegatives(ConfusionCountOptions options = {});
};

struct PrecisionOptions {
  Thresholds thresholds = {};        // none: 0.5, and with top_k whatever is in the top k counts
  std::optional<int> top_k = {};     // only the k largest of a row may be positive
  std::optional<int> class_id = {};  // only this column counts
  std::string name = "";
};
template <class V>
void fields(V& v, PrecisionOptions& o) {
  v("thresholds", o.thresholds);
  v("top_k", o.top_k);
  v("class_id", o.class_id);
  v("name", o.name);
}
using RecallOptions = PrecisionOptions;

/// TP / (TP + FP), 0 when nothing was positive.
class Precision : public Configured<ThresholdMetric, PrecisionOptions> {
 public:
  explicit Precision(PrecisionOptions options = {});
};

/// TP / (TP + FN), 0 when there is nothing to find.
class Recall : public Configured<ThresholdMetric, RecallOptions> {
 public:
  explicit Recall(RecallOptions options = {});
};

}  // namespace metrics
}  // namespace keratin
