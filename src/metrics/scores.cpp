#include "keratin/metrics/scores.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "metrics/options.hpp"
#include "metrics/shapes.hpp"
#include "metrics/values.hpp"

namespace keratin::metrics {

namespace {

constexpr float least_positive = 1e-9f;  // Keras's: smaller scores are not positive even as largest

constexpr NamedValue<FScore::Average> averages[] = {{"none", FScore::Average::none},
                                                    {"micro", FScore::Average::micro},
                                                    {"macro", FScore::Average::macro},
                                                    {"weighted", FScore::Average::weighted}};

constexpr NamedValue<R2Score::Aggregation> aggregations[] = {
    {"none", R2Score::Aggregation::none},
    {"uniform_average", R2Score::Aggregation::uniform},
    {"variance_weighted_average", R2Score::Aggregation::variance_weighted}};

/// `columns`: how many there were in earlier updates, or 0.
void check_matrices(const std::string& where, const Shape& shape, std::size_t columns) {
  check(shape.size() == 2, where, "wants y_true and y_pred of shape (samples, columns), got ",
        shape);
  check(columns == 0 || columns == shape.back(), where, "got ", shape.back(), " columns, wanted ",
        columns);
}

/// NaN if the row has one.
float largest(const float* row, std::size_t columns) {
  float most = -std::numeric_limits<float>::infinity();
  for (std::size_t j = 0; j < columns; ++j)
    if (row[j] > most || std::isnan(row[j])) most = row[j];
  return most;
}

}  // namespace

FScore::FScore(const char* class_name, std::string metric_name, const Setup& setup)
    : Metric(std::move(metric_name), Direction::up),
      average_(value_named<Average>("average", averages, setup.average.value_or("none"))),
      beta_(setup.beta),
      threshold_(setup.threshold) {
  check(beta_ > 0, class_name, "beta is ", beta_, ", wanted more than 0");
  check(!setup.threshold || (*setup.threshold > 0 && *setup.threshold <= 1), class_name,
        "threshold is ", setup.threshold.value_or(0), ", wanted a value in (0, 1]");
}

void FScore::update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  check_matrices(name, shape, classes_.size());
  const Weights weights(name, sample_weight, shape);
  const std::size_t columns = shape.back();
  classes_.resize(columns);
  for (std::size_t row = 0; row < shape.elements(); row += columns) {
    const float* predictions = y_pred.data() + row;
    const float most = largest(predictions, columns);
    for (std::size_t j = 0; j < columns; ++j) {
      const float prediction = predictions[j];
      const bool is_most = prediction >= most && std::abs(prediction) > least_positive;
      const bool positive = threshold_ ? prediction > *threshold_ : is_most;
      const double weight = weights[row + j];
      const double truth = static_cast<double>(y_true.data()[row + j]) * weight;
      Counts& counts = classes_[j];
      counts.support += truth;
      if (positive) {
        counts.true_positives += truth;
        counts.false_positives += weight - truth;
      } else {
        counts.false_negatives += truth;
      }
    }
  }
}

double FScore::score(const Counts& counts) const {
  const double precision =
      counts.true_positives / (counts.true_positives + counts.false_positives + epsilon);
  const double recall =
      counts.true_positives / (counts.true_positives + counts.false_negatives + epsilon);
  const double squared = beta_ * beta_;
  return (1 + squared) * precision * recall / (squared * precision + recall + epsilon);
}

std::vector<double> FScore::values() const {
  Counts all;
  std::vector<double> scores;
  for (const Counts& counts : classes_) {
    scores.push_back(score(counts));
    all.true_positives += counts.true_positives;
    all.false_positives += counts.false_positives;
    all.false_negatives += counts.false_negatives;
    all.support += counts.support;
  }
  if (average_ == Average::none) return scores;
  if (average_ == Average::micro) return {score(all)};
  if (average_ == Average::macro) return {mean_of(scores)};
  double total = 0;
  for (std::size_t i = 0; i < scores.size(); ++i)
    total += scores[i] * classes_[i].support / (all.support + epsilon);
  return {total};
}

double FScore::result() const { return mean_of(values()); }
Tensor FScore::results() const { return tensor_of(values(), average_ != Average::none); }

FBetaScore::FBetaScore(FBetaScoreOptions options)
    : Configured(options, "FBetaScore", name_or(options.name, "fbeta_score"),
                 Setup{options.average, options.beta, options.threshold}) {}

F1Score::F1Score(F1ScoreOptions options)
    : Configured(options, "F1Score", name_or(options.name, "f1_score"),
                 Setup{options.average, 1, options.threshold}) {}

R2Score::R2Score(R2ScoreOptions options)
    : Configured(options, name_or(options.name, "r2_score"), Direction::up),
      aggregation_(value_named<Aggregation>("class_aggregation", aggregations,
                                            options.class_aggregation.value_or("none"))) {
  check(options.num_regressors >= 0, "R2Score", "num_regressors is ", options.num_regressors,
        ", wanted 0 or more");
}

void R2Score::update_state(const Tensor& y_true, const Tensor& y_pred,
                           const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  check_matrices(name, shape, columns_.size());
  const Weights weights(name, sample_weight, shape);
  columns_.resize(shape.back());
  for (std::size_t i = 0; i < shape.elements(); ++i) {
    const double truth = static_cast<double>(y_true.data()[i]);
    const double error = truth - static_cast<double>(y_pred.data()[i]);
    Column& column = columns_[i % columns_.size()];
    column.sum += weights[i] * truth;
    column.squares += weights[i] * truth * truth;
    column.errors += weights[i] * error * error;
    column.weights += weights[i];
  }
  elements_ += static_cast<double>(shape.elements());
}

std::vector<double> R2Score::values() const {
  if (elements_ == 0) return {0};
  std::vector<double> scores;
  double weighted = 0;
  double total = 0;
  for (const Column& column : columns_) {
    const double spread = column.squares - column.sum * column.sum / column.weights;
    const double score = 1 - column.errors / spread;
    scores.push_back(std::isinf(score) ? 0 : score);
    weighted += spread * scores.back();
    total += spread;
  }
  if (aggregation_ == Aggregation::uniform) scores = {mean_of(scores)};
  if (aggregation_ == Aggregation::variance_weighted) scores = {weighted / total};
  const int regressors = options().num_regressors;
  const double left = elements_ - regressors - 1;  // with none left, Keras falls back to plain R2
  if (regressors > 0 && left > 0)
    for (double& score : scores) score = 1 - (1 - score) * (elements_ - 1) / left;
  return scores;
}

double R2Score::result() const { return mean_of(values()); }
Tensor R2Score::results() const {
  return tensor_of(values(), aggregation_ != Aggregation::none || elements_ == 0);
}

void R2Score::reset_state() {
  columns_.clear();
  elements_ = 0;
}

std::vector<double> FScore::get_state() const {
  std::vector<double> state;
  for (const Counts& c : classes_)
    state.insert(state.end(), {c.true_positives, c.false_positives, c.false_negatives, c.support});
  return state;
}

void FScore::set_state(std::span<const double> state) {
  check_state(state, state.size() / 4 * 4);
  classes_.clear();
  for (std::size_t i = 0; i < state.size(); i += 4)
    classes_.push_back({state[i], state[i + 1], state[i + 2], state[i + 3]});
}

std::vector<double> R2Score::get_state() const {
  std::vector<double> state{elements_};
  for (const Column& c : columns_)
    state.insert(state.end(), {c.sum, c.squares, c.errors, c.weights});
  return state;
}

void R2Score::set_state(std::span<const double> state) {
  check_state(state, state.size() / 4 * 4 + 1);
  elements_ = state[0];
  columns_.clear();
  for (std::size_t i = 1; i < state.size(); i += 4)
    columns_.push_back({state[i], state[i + 1], state[i + 2], state[i + 3]});
}

}  // namespace keratin::metrics
