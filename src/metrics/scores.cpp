#include "keratin/metrics/scores.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

constexpr double epsilon = 1e-7;

void check_matrices(const std::string& where, const Shape& shape, std::size_t columns) {
  check(shape.size() == 2, where, "wants y_true and y_pred of shape (samples, columns), got ",
        shape);
  check(columns == 0 || columns == shape.back(), where, "got ", shape.back(), " columns, wanted ",
        columns);
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

Tensor tensor_of(const std::vector<double>& values, bool one) {
  if (one) return static_cast<float>(values[0]);
  return Tensor::from({values.size()}, std::vector<float>(values.begin(), values.end()));
}

}  // namespace

FBetaScore::FBetaScore(const char* where, FBetaScoreOptions options)
    : Metric(std::move(options.name), Direction::up), beta_(options.beta) {
  const std::string& average = options.average;
  check(average == "none" || average.empty() || average == "micro" || average == "macro" ||
            average == "weighted",
        where, "unknown average '", average, "', wanted none, micro, macro or weighted");
  average_ = average == "micro"      ? Average::micro
             : average == "macro"    ? Average::macro
             : average == "weighted" ? Average::weighted
                                     : Average::none;
  check(beta_ > 0, where, "beta is ", beta_, ", wanted more than 0");
  if (!options.threshold) return;
  check(*options.threshold > 0 && *options.threshold <= 1, where, "threshold is ",
        *options.threshold, ", wanted a value in (0, 1]");
  threshold_ = static_cast<float>(*options.threshold);
}

void FBetaScore::update_state(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  check_matrices(name, shape, classes_.size());
  const Weights weights(name, sample_weight, shape);
  const std::size_t columns = shape.back();
  classes_.resize(columns);
  float most = 0;
  for (std::size_t i = 0; i < shape.elements(); ++i) {
    const float *row = y_pred.data() + i - i % columns, prediction = y_pred.data()[i];
    if (i % columns == 0)
      most =
          std::accumulate(row, row + columns, -std::numeric_limits<float>::infinity(), std::fmaxf);
    // Keras: a row's largest, each of them in a tie, but not a zero
    const bool positive =
        threshold_ ? prediction > *threshold_ : prediction >= most && std::abs(prediction) > 1e-9f;
    const double truth = static_cast<double>(y_true.data()[i]) * weights[i];
    Class& counts = classes_[i % columns];
    if (positive) {
      counts.true_positives += truth;
      counts.false_positives += weights[i] - truth;
    } else {
      counts.false_negatives += truth;
    }
    counts.support += truth;
  }
}

double FBetaScore::score(const Class& counts) const {
  const double precision =
      counts.true_positives / (counts.true_positives + counts.false_positives + epsilon);
  const double recall =
      counts.true_positives / (counts.true_positives + counts.false_negatives + epsilon);
  const double squared = beta_ * beta_;
  return (1 + squared) * precision * recall / (squared * precision + recall + epsilon);
}

std::vector<double> FBetaScore::values() const {
  Class all;
  std::vector<double> scores;
  for (const Class& counts : classes_) {
    scores.push_back(score(counts));
    all.true_positives += counts.true_positives, all.false_positives += counts.false_positives;
    all.false_negatives += counts.false_negatives, all.support += counts.support;
  }
  if (average_ == Average::none) return scores;
  if (average_ == Average::micro) return {score(all)};
  if (average_ == Average::macro) return {mean(scores)};
  double total = 0;
  for (std::size_t i = 0; i < scores.size(); ++i)
    total += scores[i] * classes_[i].support / (all.support + epsilon);
  return {total};
}

double FBetaScore::result() const { return mean(values()); }
Tensor FBetaScore::results() const { return tensor_of(values(), average_ != Average::none); }

F1Score::F1Score(F1ScoreOptions options)
    : FBetaScore("F1Score", {.average = std::move(options.average),
                             .threshold = options.threshold,
                             .name = std::move(options.name)}) {}

R2Score::R2Score(R2ScoreOptions options)
    : Metric(std::move(options.name), Direction::up), num_regressors_(options.num_regressors) {
  const std::string& how = options.class_aggregation;
  check(how == "none" || how.empty() || how == "uniform_average" ||
            how == "variance_weighted_average",
        "R2Score", "unknown class_aggregation '", how,
        "', wanted none, uniform_average or variance_weighted_average");
  aggregation_ = how == "uniform_average"             ? Aggregation::uniform
                 : how == "variance_weighted_average" ? Aggregation::variance_weighted
                                                      : Aggregation::none;
  check(num_regressors_ >= 0, "R2Score", "num_regressors is ", num_regressors_,
        ", wanted 0 or more");
}

void R2Score::update_state(const Tensor& y_true, const Tensor& y_pred,
                           const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  check_matrices(name, shape, columns_.size());
  const Weights weights(name, sample_weight, shape);
  columns_.resize(shape.back());
  for (std::size_t i = 0; i < shape.elements(); ++i) {
    const double truth = static_cast<double>(y_true.data()[i]),
                 error = truth - static_cast<double>(y_pred.data()[i]);
    Column& column = columns_[i % columns_.size()];
    column.sum += weights[i] * truth;
    column.squares += weights[i] * truth * truth;
    column.errors += weights[i] * error * error;
    column.count += weights[i];
  }
  samples_ += static_cast<double>(shape.elements());
}

std::vector<double> R2Score::values() const {
  if (samples_ == 0) return {0};
  std::vector<double> scores;
  double weighted = 0, total = 0;
  for (const Column& column : columns_) {
    const double spread = column.squares - column.sum * column.sum / column.count;
    const double score = 1 - column.errors / spread;
    scores.push_back(std::isinf(score) ? 0 : score);
    weighted += spread * scores.back();
    total += spread;
  }
  if (aggregation_ == Aggregation::uniform) scores = {mean(scores)};
  if (aggregation_ == Aggregation::variance_weighted) scores = {weighted / total};
  const double left =
      samples_ - num_regressors_ - 1;  // with none left, Keras falls back to plain R2
  if (num_regressors_ > 0 && left > 0)
    for (double& score : scores) score = 1 - (1 - score) * (samples_ - 1) / left;
  return scores;
}

double R2Score::result() const { return mean(values()); }
Tensor R2Score::results() const {
  return tensor_of(values(), aggregation_ != Aggregation::none || samples_ == 0);
}

void R2Score::reset_state() {
  columns_.clear();
  samples_ = 0;
}

}  // namespace keratin::metrics
