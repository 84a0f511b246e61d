#pragma once
// F scores and R2. Both take matrices: y_true and y_pred (N, columns).

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/metric.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// Base of FBetaScore and F1Score.
class FScore : public Metric {
 public:
  /// How the scores of the classes become one; `none` leaves a score for each.
  enum class Average : unsigned char { none, micro, macro, weighted };

  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
  Tensor results() const override;
  void reset_state() override { classes_.clear(); }
  std::vector<double> get_state() const override;
  void set_state(std::span<const double> state) override;

 protected:
  struct Setup {
    std::optional<std::string> average;
    double beta;
    std::optional<double> threshold;
  };
  FScore(const char* class_name, std::string metric_name, const Setup& setup);

 private:
  struct Counts {
    double true_positives = 0, false_positives = 0, false_negatives = 0;
    double support = 0;  // the true labels
  };
  double score(const Counts& counts) const;
  std::vector<double> values() const;

  Average average_;
  double beta_;
  std::optional<float> threshold_;
  std::vector<Counts> classes_ = {};
};

struct FBetaScoreOptions {
  std::optional<std::string> average = {};  // none: a score for each class; "micro", "macro",
                                            // "weighted"
  double beta = 1;
  std::optional<double> threshold = {};  // in (0, 1]; without one a row's largest is positive
  std::string name = "";
};
template <class V>
void fields(V& v, FBetaScoreOptions& o) {
  v("average", o.average);
  v("beta", o.beta);
  v("threshold", o.threshold);
  v("name", o.name);
}

/// (1 + beta^2) P R / (beta^2 P + R) for each class, of its precision P and recall R; 1e-7 is added
/// to each divisor.
class FBetaScore : public Configured<FScore, FBetaScoreOptions> {
 public:
  explicit FBetaScore(FBetaScoreOptions options = {});
};

struct F1ScoreOptions {
  std::optional<std::string> average = {};
  std::optional<double> threshold = {};
  std::string name = "";
};
template <class V>
void fields(V& v, F1ScoreOptions& o) {
  v("average", o.average);
  v("threshold", o.threshold);
  v("name", o.name);
}

/// FBetaScore with beta 1.
class F1Score : public Configured<FScore, F1ScoreOptions> {
 public:
  explicit F1Score(F1ScoreOptions options = {});
};

struct R2ScoreOptions {
  // How the scores of the columns become one: "uniform_average", "variance_weighted_average";
  // none: a score for each column.
  std::optional<std::string> class_aggregation = "uniform_average";
  int num_regressors = 0;  // more than 0: adjusted R2, n being the number of elements (Keras 3.15)
  std::string name = "";
};
template <class V>
void fields(V& v, R2ScoreOptions& o) {
  v("class_aggregation", o.class_aggregation);
  v("num_regressors", o.num_regressors);
  v("name", o.name);
}

/// 1 - sum (t - p)^2 / sum (t - mean t)^2 for each column.
class R2Score : public Configured<Metric, R2ScoreOptions> {
 public:
  enum class Aggregation : unsigned char { none, uniform, variance_weighted };

  explicit R2Score(R2ScoreOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
  Tensor results() const override;
  void reset_state() override;
  std::vector<double> get_state() const override;
  void set_state(std::span<const double> state) override;

 private:
  struct Column {
    double sum = 0, squares = 0;  // of the weighted labels
    double errors = 0;            // weighted and squared
    double weights = 0;
  };
  std::vector<double> values() const;

  Aggregation aggregation_;
  double elements_ = 0;
  std::vector<Column> columns_ = {};
};

}  // namespace metrics
}  // namespace keratin
