#pragma once
// ThresholdMetric: true and false positives and negatives at thresholds, the base of what is made
// of them.

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/metric.hpp"
#include "keratin/metrics/optional_numbers.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// Counts, or with weights sums of weights, at each threshold. A prediction is positive when it is
/// greater than the threshold; labels are true when they are not 0. y_true and y_pred have the same
/// shape, any rank.
///
/// A prediction that is NaN is negative at every threshold. A weight that is NaN makes NaN of
/// everything it could have counted for.
class ThresholdMetric : public Metric {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  void reset_state() override;
  std::vector<double> get_state() const override;
  void set_state(std::span<const double> state) override;
  double result() const override;
  Tensor results() const override;

 protected:
  struct Counts {
    double true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;
  };
  using Rate = double (*)(const Counts&);
  struct Setup {
    std::vector<double> thresholds = {};  // in the order of the results, at least one
    std::optional<int> top_k = {};        // only the k largest of a row may be positive
    std::optional<int> class_id = {};     // only this column counts
    bool multi_label = false;             // a count for each column
    OptionalNumbers label_weights = {};   // a weight for each column
    bool from_logits = false;             // predictions are logits: their sigmoid is compared
  };
  /// `value_at_threshold` gives the results, unless the class overrides values().
  ThresholdMetric(std::string metric_name, Direction metric_direction, Setup setup,
                  Rate value_at_threshold);

  virtual std::vector<double> values() const;
  /// The counts of one label at each threshold, lowest first; zeros for a label not seen yet.
  std::vector<Counts> counts(std::size_t label = 0) const;
  /// Number of labels counted so far: 0 before the first update, then 1 or with multi_label the
  /// number of columns.
  std::size_t labels() const { return positives_.size() / buckets(); }
  const Setup& setup() const { return setup_; }
  Rate rate() const { return rate_; }

  static double precision(const Counts& counts);
  static double recall(const Counts& counts);  // also sensitivity, and the true positive rate
  static double specificity(const Counts& counts);

 private:
  // Bucket b of a label holds the weight of the predictions that exceed exactly the b lowest
  // thresholds.
  std::size_t buckets() const { return sorted_.size() + 1; }
  std::size_t bucket(float prediction) const;
  void check_shape(const Shape& shape) const;
  const float* keep_top_k(const float* row, std::size_t columns);
  void add(std::size_t label, bool truth, float prediction, double weight);

  Setup setup_;
  Rate rate_;
  std::vector<float> sorted_;            // the thresholds, lowest first
  bool even_;                            // thresholds are evenly spaced from 0 to 1
  std::vector<double> positives_;        // weights of true labels: (labels, buckets)
  std::vector<double> negatives_;        // of the others
  std::vector<float> row_ = {};          // of one update: a row with its top k
  std::vector<std::size_t> order_ = {};  // of one update: columns, highest score first
};

}  // namespace metrics
}  // namespace keratin
