#pragma once
// True and false positives and negatives at thresholds, and what is made of them. A prediction is
// positive when it is greater than the threshold; labels are true when they are not 0.

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "keratin/metrics/metric.hpp"

namespace keratin::metrics {

/// One threshold or several, each in [0, 1].
class Thresholds {
 public:
  Thresholds() = default;  // not given
  Thresholds(double one) : values_{one} {}
  Thresholds(std::initializer_list<double> several) : values_(several) {}
  Thresholds(std::vector<double> several) : values_(std::move(several)) {}
  bool given() const { return !values_.empty(); }
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

/// What these metrics share: the (weighted) counts at each threshold. y_true and y_pred have the
/// same shape, any rank.
class ConfusionMetric : public Metric {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  void reset_state() override;
  double result() const override;
  Tensor results() const override;

 protected:
  struct Counts {
    double true_positives, false_positives, true_negatives, false_negatives;
  };
  using Rate = double (*)(const Counts&);
  struct Setup {
    std::vector<double> thresholds = {};     // in the order of the results
    std::optional<int> top_k = {};           // only the k largest of a row may be positive
    std::optional<int> class_id = {};        // only this column counts
    bool multi_label = false;                // a count for each column
    std::vector<double> label_weights = {};  // a weight for each column
    bool from_logits = false;
  };
  ConfusionMetric(std::string name, Direction direction, Setup setup, Rate rate);

  /// A value for each threshold, unless a class says otherwise.
  virtual std::vector<double> values() const;
  /// Thresholds in ascending order.
  std::size_t thresholds() const { return sorted_.size(); }
  std::size_t labels() const { return positives_.size(); }
  Counts counts(std::size_t threshold, std::size_t label = 0) const;
  static double precision(const Counts& counts);
  static double recall(const Counts& counts);  // also sensitivity, and the true positive rate
  static double specificity(const Counts& counts);
  const Setup& setup() const { return setup_; }

 private:
  void check_shape(const Shape& shape) const;
  void keep_top_k(const float* row, std::size_t columns);
  std::size_t exceeded(float prediction) const;  // how many of the sorted thresholds

  Setup setup_;
  Rate rate_;
  std::vector<float> sorted_;
  bool even_, open_ends_;
  std::vector<double> true_positives_, false_positives_;  // (labels, thresholds)
  std::vector<double> positives_, negatives_;             // (labels)
  std::vector<double> true_buckets_, false_buckets_;      // of one update
  std::vector<float> row_;
  std::vector<std::size_t> order_;
};

struct ConfusionCountOptions {
  Thresholds thresholds = {};  // 0.5
  std::string name = "";
};

struct TruePositives : ConfusionMetric {
  explicit TruePositives(ConfusionCountOptions options = {});
};
struct TrueNegatives : ConfusionMetric {
  explicit TrueNegatives(ConfusionCountOptions options = {});
};
struct FalsePositives : ConfusionMetric {
  explicit FalsePositives(ConfusionCountOptions options = {});
};
struct FalseNegatives : ConfusionMetric {
  explicit FalseNegatives(ConfusionCountOptions options = {});
};

struct PrecisionOptions {
  Thresholds thresholds = {};  // 0.5, and none with top_k
  std::optional<int> top_k = {};
  std::optional<int> class_id = {};
  std::string name = "";
};
using RecallOptions = PrecisionOptions;

/// TP / (TP + FP), 0 when nothing was positive.
struct Precision : ConfusionMetric {
  explicit Precision(PrecisionOptions options = {});
};
/// TP / (TP + FN), 0 when there is nothing to find.
struct Recall : ConfusionMetric {
  explicit Recall(RecallOptions options = {});
};

}  // namespace keratin::metrics
