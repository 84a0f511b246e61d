#pragma once
// F scores and R2. Both take matrices: y_true and y_pred (N, columns).

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/metric.hpp"

namespace keratin::metrics {

struct FBetaScoreOptions {
  std::string average = "none";  // a score for each class; or "micro", "macro", "weighted"
  double beta = 1;
  std::optional<double> threshold = {};  // in (0, 1]; without one a row's largest is positive
  std::string name = "fbeta_score";
};

/// (1 + beta^2) P R / (beta^2 P + R) for each class, of its precision P and recall R; 1e-7 is added
/// to each divisor.
class FBetaScore : public Metric {
 public:
  explicit FBetaScore(FBetaScoreOptions options = {})
      : FBetaScore("FBetaScore", std::move(options)) {}
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
  Tensor results() const override;
  void reset_state() override { classes_.clear(); }

 protected:
  FBetaScore(const char* where, FBetaScoreOptions options);

 private:
  struct Class {
    double true_positives = 0, false_positives = 0, false_negatives = 0, support = 0;
  };
  enum class Average : unsigned char { none, micro, macro, weighted };
  double score(const Class& counts) const;
  std::vector<double> values() const;

  Average average_;
  double beta_;
  std::optional<float> threshold_;
  std::vector<Class> classes_;
};

struct F1ScoreOptions {
  std::string average = "none";
  std::optional<double> threshold = {};
  std::string name = "f1_score";
};

/// FBetaScore with beta 1.
struct F1Score : FBetaScore {
  explicit F1Score(F1ScoreOptions options = {});
};

struct R2ScoreOptions {
  std::string class_aggregation = "uniform_average";  // or "variance_weighted_average", "none"
  int num_regressors = 0;  // more than 0: adjusted R2, n being the number of elements (Keras 3.15)
  std::string name = "r2_score";
};

/// 1 - sum (t - p)^2 / sum (t - mean t)^2 for each column.
class R2Score : public Metric {
 public:
  explicit R2Score(R2ScoreOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
  Tensor results() const override;
  void reset_state() override;

 private:
  struct Column {
    double sum = 0, squares = 0, errors = 0, count = 0;
  };
  enum class Aggregation : unsigned char { none, uniform, variance_weighted };
  std::vector<double> values() const;

  Aggregation aggregation_;
  int num_regressors_;
  double samples_ = 0;
  std::vector<Column> columns_;
};

}  // namespace keratin::metrics
