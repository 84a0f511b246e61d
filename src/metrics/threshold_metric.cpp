#include "keratin/metrics/threshold_metric.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "metrics/shapes.hpp"
#include "metrics/thresholds.hpp"
#include "metrics/values.hpp"

namespace keratin::metrics {

namespace {

/// numpy.allclose(thresholds, i / (n - 1)): for these Keras counts by buckets, with predictions
/// clipped to [0, 1].
bool evenly_spread(const std::vector<double>& thresholds) {
  if (thresholds.size() < 3) return false;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const double even = static_cast<double>(i) / static_cast<double>(thresholds.size() - 1);
    if (!(std::abs(thresholds[i] - even) <= 1e-7 + 1e-5 * even)) return false;
  }
  return true;
}

double share(double part, double rest) { return part + rest == 0 ? 0 : part / (part + rest); }

}  // namespace

ThresholdMetric::ThresholdMetric(std::string metric_name, Direction metric_direction, Setup setup,
                                 Rate value_at_threshold)
    : Metric(std::move(metric_name), metric_direction),
      setup_(std::move(setup)),
      rate_(value_at_threshold),
      sorted_(setup_.thresholds.begin(), setup_.thresholds.end()),
      even_(evenly_spread(setup_.thresholds)) {
  std::sort(sorted_.begin(), sorted_.end());
  check(!setup_.top_k || *setup_.top_k > 0, name, "top_k is ", setup_.top_k.value_or(0),
        ", wanted 1 or more");
}

void ThresholdMetric::check_shape(const Shape& shape) const {
  const std::size_t columns = shape.empty() ? 1 : shape.back();
  if (setup_.class_id) {
    const bool is_column =
        *setup_.class_id >= 0 && static_cast<std::size_t>(*setup_.class_id) < columns;
    check(shape.size() >= 2 && is_column, name, "class_id is ", *setup_.class_id,
          ", which is no column of shape ", shape);
  }
  if (setup_.top_k)
    check(static_cast<std::size_t>(*setup_.top_k) <= columns, name, "top_k is ", *setup_.top_k,
          ", but rows have ", columns, " values");
  if (setup_.multi_label) {
    check(shape.size() == 2, name, "multi_label wants shape (samples, labels), got ", shape);
    check(labels() == 0 || labels() == columns, name, "got ", columns, " labels, wanted ",
          labels());
  }
  if (setup_.label_weights.given())
    check(setup_.label_weights.values().size() == columns, name, "got ",
          setup_.label_weights.values().size(), " label_weights for ", columns, " labels");
}

void ThresholdMetric::update_state(const Tensor& y_true, const Tensor& y_pred,
                                   const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  check_shape(shape);
  const Weights weights(name, sample_weight, shape);
  const std::size_t columns = shape.empty() ? 1 : shape.back();
  positives_.resize((setup_.multi_label ? columns : 1) * buckets());
  negatives_.resize(positives_.size());
  const bool weighs_labels = setup_.label_weights.given() && !setup_.multi_label;

  for (std::size_t row = 0; row < shape.elements(); row += columns) {
    const float* predictions = y_pred.data() + row;
    if (setup_.top_k) predictions = keep_top_k(predictions, columns);
    for (std::size_t column = 0; column < columns; ++column) {
      if (setup_.class_id && column != static_cast<std::size_t>(*setup_.class_id)) continue;
      const bool truth = y_true.data()[row + column] != 0;
      double weight = weights[row + column];
      if (weighs_labels) weight *= setup_.label_weights.values()[column];
      add(setup_.multi_label ? column : 0, truth, predictions[column], weight);
    }
  }
}

void ThresholdMetric::add(std::size_t label, bool truth, float prediction, double weight) {
  if (setup_.from_logits) prediction = 1 / (1 + std::exp(-prediction));
  const std::size_t first = label * buckets();
  const std::size_t place = first + bucket(prediction);
  std::vector<double>& counted = truth ? positives_ : negatives_;
  counted[place] += weight;
  if (std::isfinite(weight)) return;
  // Keras multiplies the weight by 0 for what it does not count for, which is NaN as well: of the
  // same bucket, or without even thresholds at every threshold.
  const std::size_t spoilt = even_ ? place : first + sorted_.size();
  positives_[spoilt] += 0 * weight;
  negatives_[spoilt] += 0 * weight;
}

std::size_t ThresholdMetric::bucket(float prediction) const {
  if (std::isnan(prediction)) return 0;
  if (!even_)
    return static_cast<std::size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), prediction) -
                                    sorted_.begin());
  // In float32, as in Keras: a prediction on a threshold falls on the same side.
  const float steps = static_cast<float>(sorted_.size() - 1);
  const float place = std::ceil(std::clamp(prediction, 0.0f, 1.0f) * steps);
  const bool below_zero = sorted_.front() < 0;  // then every prediction exceeds the first
  return static_cast<std::size_t>(below_zero ? std::max(place, 1.0f) : place);
}

/// The row with not_in_top_k for all but the top_k largest, of equal ones the first; NaN counts as
/// the smallest (in TensorFlow its rank depends on its position).
const float* ThresholdMetric::keep_top_k(const float* row, std::size_t columns) {
  const auto score = [row](std::size_t i) {
    return std::isnan(row[i]) ? -std::numeric_limits<float>::infinity() : row[i];
  };
  const auto before = [&score](std::size_t a, std::size_t b) {
    return score(a) > score(b) || (score(a) == score(b) && a < b);
  };
  order_.resize(columns);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto end = order_.begin() + *setup_.top_k;
  std::partial_sort(order_.begin(), end, order_.end(), before);
  row_.assign(columns, not_in_top_k);
  for (auto column = order_.begin(); column != end; ++column) row_[*column] = row[*column];
  return row_.data();
}

void ThresholdMetric::reset_state() {
  std::fill(positives_.begin(), positives_.end(), 0);
  std::fill(negatives_.begin(), negatives_.end(), 0);
}

std::vector<ThresholdMetric::Counts> ThresholdMetric::counts(std::size_t label) const {
  std::vector<Counts> counts(sorted_.size());
  if (label >= labels()) return counts;
  const double* positives = positives_.data() + label * buckets();
  const double* negatives = negatives_.data() + label * buckets();
  const double all_positives = std::accumulate(positives, positives + buckets(), 0.0);
  const double all_negatives = std::accumulate(negatives, negatives + buckets(), 0.0);
  double true_positives = 0;
  double false_positives = 0;
  for (std::size_t t = sorted_.size(); t-- > 0;) {  // what exceeds a threshold exceeds those below
    true_positives += positives[t + 1];
    false_positives += negatives[t + 1];
    counts[t] = {.true_positives = true_positives,
                 .false_positives = false_positives,
                 .true_negatives = all_negatives - false_positives,
                 .false_negatives = all_positives - true_positives};
  }
  return counts;
}

std::vector<double> ThresholdMetric::values() const {
  const std::vector<Counts> counts = this->counts();
  std::vector<double> values;
  for (double threshold : setup_.thresholds) {
    const auto place =
        std::lower_bound(sorted_.begin(), sorted_.end(), static_cast<float>(threshold));
    values.push_back(rate_(counts[static_cast<std::size_t>(place - sorted_.begin())]));
  }
  return values;
}

double ThresholdMetric::result() const { return mean_of(values()); }

Tensor ThresholdMetric::results() const {
  const std::vector<double> all = values();
  return tensor_of(all, all.size() == 1);
}

double ThresholdMetric::precision(const Counts& counts) {
  return share(counts.true_positives, counts.false_positives);
}

double ThresholdMetric::recall(const Counts& counts) {
  return share(counts.true_positives, counts.false_negatives);
}

double ThresholdMetric::specificity(const Counts& counts) {
  return share(counts.true_negatives, counts.false_positives);
}

std::vector<double> ThresholdMetric::get_state() const {
  std::vector<double> state = positives_;
  state.insert(state.end(), negatives_.begin(), negatives_.end());
  return state;
}

void ThresholdMetric::set_state(std::span<const double> state) {
  const std::size_t counted = state.size() / 2;
  check_state(state, counted / buckets() * buckets() * 2);
  positives_.assign(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(counted));
  negatives_.assign(state.begin() + static_cast<std::ptrdiff_t>(counted), state.end());
}

}  // namespace keratin::metrics
