#include "keratin/metrics/confusions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "metrics/naming.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

constexpr float not_in_top_k = -1e10f;  // Keras's

double share(double part, double rest) { return part + rest == 0 ? 0 : part / (part + rest); }

/// numpy.allclose(thresholds, i / (n - 1)): these Keras counts by buckets, with predictions clipped
/// to [0, 1].
bool evenly_spread(const std::vector<double>& thresholds) {
  if (thresholds.size() < 3) return false;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const double even = static_cast<double>(i) / static_cast<double>(thresholds.size() - 1);
    if (!(std::abs(thresholds[i] - even) <= 1e-7 + 1e-5 * even)) return false;
  }
  return true;
}

/// The given thresholds, or one that is `otherwise`.
std::vector<double> checked(const char* where, const Thresholds& thresholds, double otherwise) {
  if (!thresholds.given()) return {otherwise};
  for (double threshold : thresholds.values())
    check(threshold >= 0 && threshold <= 1, where, "threshold ", threshold,
          " is outside of [0, 1]");
  return thresholds.values();
}

}  // namespace

ConfusionMetric::ConfusionMetric(std::string name, Direction direction, Setup setup, Rate rate)
    : Metric(std::move(name), direction), setup_(std::move(setup)), rate_(rate) {
  const std::vector<double>& given = setup_.thresholds;
  even_ = evenly_spread(given);
  sorted_.assign(given.begin(), given.end());
  std::sort(sorted_.begin(), sorted_.end());
  open_ends_ = sorted_.front() < 0;
  check(!setup_.top_k || *setup_.top_k > 0, this->name, "top_k is ", setup_.top_k.value_or(0),
        ", wanted 1 or more");
}

void ConfusionMetric::check_shape(const Shape& shape) const {
  const std::size_t columns = shape.empty() ? 1 : shape.back();
  if (setup_.class_id)
    check(shape.size() >= 2 && *setup_.class_id >= 0 &&
              static_cast<std::size_t>(*setup_.class_id) < columns,
          name, "class_id is ", *setup_.class_id, ", which is no column of shape ", shape);
  if (setup_.top_k)
    check(static_cast<std::size_t>(*setup_.top_k) <= columns, name, "top_k is ", *setup_.top_k,
          ", but rows have ", columns, " values");
  if (setup_.multi_label) {
    check(shape.size() == 2, name, "multi_label wants shape (samples, labels), got ", shape);
    check(labels() == 0 || labels() == columns, name, "got ", columns, " labels, wanted ",
          labels());
  }
  if (!setup_.label_weights.empty())
    check(setup_.label_weights.size() == columns, name, "got ", setup_.label_weights.size(),
          " label_weights for ", columns, " labels");
}

void ConfusionMetric::update_state(const Tensor& y_true, const Tensor& y_pred,
                                   const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  check_shape(shape);
  const Weights weights(name, sample_weight, shape);
  const std::size_t columns = shape.empty() ? 1 : shape.back(), elements = shape.elements();
  const std::size_t kept = setup_.multi_label ? columns : 1, places = thresholds() + 1;
  positives_.resize(kept), negatives_.resize(kept);
  true_positives_.resize(kept * thresholds()), false_positives_.resize(kept * thresholds());
  true_buckets_.assign(kept * places, 0), false_buckets_.assign(kept * places, 0);

  for (std::size_t i = 0; i < elements; ++i) {
    const std::size_t column = i % columns;
    if (setup_.top_k && column == 0) keep_top_k(y_pred.data() + i, columns);
    if (setup_.class_id && column != static_cast<std::size_t>(*setup_.class_id)) continue;
    float prediction = setup_.top_k ? row_[column] : y_pred.data()[i];
    if (setup_.from_logits) prediction = 1 / (1 + std::exp(-prediction));
    double weight = weights[i];
    if (!setup_.multi_label && !setup_.label_weights.empty())
      weight *= setup_.label_weights[column];
    const std::size_t label = setup_.multi_label ? column : 0;
    const bool truth = y_true.data()[i] != 0;
    (truth ? positives_ : negatives_)[label] += weight;
    (truth ? true_buckets_ : false_buckets_)[label * places + exceeded(prediction)] += weight;
  }
  // what exceeds a threshold exceeds all below it
  for (std::size_t label = 0; label < kept; ++label) {
    double trues = 0, falses = 0;
    for (std::size_t t = thresholds(); t-- > 0;) {
      true_positives_[label * thresholds() + t] += trues += true_buckets_[label * places + t + 1];
      false_positives_[label * thresholds() + t] += falses +=
          false_buckets_[label * places + t + 1];
    }
  }
}

std::size_t ConfusionMetric::exceeded(float prediction) const {
  if (std::isnan(prediction)) return 0;
  if (!even_)
    return static_cast<std::size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), prediction) -
                                    sorted_.begin());
  // in float32, as Keras: a prediction on a threshold falls on the same side
  const float place =
      std::ceil(std::clamp(prediction, 0.0f, 1.0f) * static_cast<float>(thresholds() - 1));
  return static_cast<std::size_t>(open_ends_ ? std::max(place, 1.0f) : place);
}

void ConfusionMetric::keep_top_k(const float* row, std::size_t columns) {
  const auto score = [row](std::size_t i) {
    return std::isnan(row[i]) ? -std::numeric_limits<float>::infinity() : row[i];
  };
  order_.resize(columns);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::partial_sort(order_.begin(), order_.begin() + *setup_.top_k, order_.end(),
                    [&](std::size_t a, std::size_t b) {
                      return score(a) > score(b) || (score(a) == score(b) && a < b);
                    });
  row_.assign(columns, not_in_top_k);
  for (int i = 0; i < *setup_.top_k; ++i)
    row_[order_[static_cast<std::size_t>(i)]] = row[order_[static_cast<std::size_t>(i)]];
}

void ConfusionMetric::reset_state() {
  for (auto* counts : {&positives_, &negatives_, &true_positives_, &false_positives_})
    std::fill(counts->begin(), counts->end(), 0);
}

ConfusionMetric::Counts ConfusionMetric::counts(std::size_t threshold, std::size_t label) const {
  if (label >= labels()) return {};
  const std::size_t place = label * thresholds() + threshold;
  return {true_positives_[place], false_positives_[place],
          negatives_[label] - false_positives_[place], positives_[label] - true_positives_[place]};
}

std::vector<double> ConfusionMetric::values() const {
  std::vector<double> values;
  for (double threshold : setup_.thresholds) {
    const auto place =
        std::lower_bound(sorted_.begin(), sorted_.end(), static_cast<float>(threshold));
    values.push_back(rate_(counts(static_cast<std::size_t>(place - sorted_.begin()))));
  }
  return values;
}

double ConfusionMetric::result() const {
  const std::vector<double> all = values();
  return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

Tensor ConfusionMetric::results() const {
  const std::vector<double> all = values();
  if (all.size() == 1) return static_cast<float>(all[0]);
  return Tensor::from({all.size()}, std::vector<float>(all.begin(), all.end()));
}

double ConfusionMetric::precision(const Counts& counts) {
  return share(counts.true_positives, counts.false_positives);
}
double ConfusionMetric::recall(const Counts& counts) {
  return share(counts.true_positives, counts.false_negatives);
}
double ConfusionMetric::specificity(const Counts& counts) {
  return share(counts.true_negatives, counts.false_positives);
}

TruePositives::TruePositives(ConfusionCountOptions options)
    : ConfusionMetric(name_or_next(std::move(options.name), "true_positives"), Direction::unknown,
                      {.thresholds = checked("TruePositives", options.thresholds, 0.5)},
                      [](const Counts& counts) { return counts.true_positives; }) {}

TrueNegatives::TrueNegatives(ConfusionCountOptions options)
    : ConfusionMetric(name_or_next(std::move(options.name), "true_negatives"), Direction::unknown,
                      {.thresholds = checked("TrueNegatives", options.thresholds, 0.5)},
                      [](const Counts& counts) { return counts.true_negatives; }) {}

FalsePositives::FalsePositives(ConfusionCountOptions options)
    : ConfusionMetric(name_or_next(std::move(options.name), "false_positives"), Direction::unknown,
                      {.thresholds = checked("FalsePositives", options.thresholds, 0.5)},
                      [](const Counts& counts) { return counts.false_positives; }) {}

FalseNegatives::FalseNegatives(ConfusionCountOptions options)
    : ConfusionMetric(name_or_next(std::move(options.name), "false_negatives"), Direction::unknown,
                      {.thresholds = checked("FalseNegatives", options.thresholds, 0.5)},
                      [](const Counts& counts) { return counts.false_negatives; }) {}

Precision::Precision(PrecisionOptions options)
    : ConfusionMetric(name_or_next(std::move(options.name), "precision"), Direction::up,
                      {.thresholds = checked("Precision", options.thresholds,
                                             options.top_k ? double{not_in_top_k} : 0.5),
                       .top_k = options.top_k,
                       .class_id = options.class_id},
                      precision) {}

Recall::Recall(RecallOptions options)
    : ConfusionMetric(name_or_next(std::move(options.name), "recall"), Direction::up,
                      {.thresholds = checked("Recall", options.thresholds,
                                             options.top_k ? double{not_in_top_k} : 0.5),
                       .top_k = options.top_k,
                       .class_id = options.class_id},
                      recall) {}

}  // namespace keratin::metrics
