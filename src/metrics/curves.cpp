#include "keratin/metrics/curves.hpp"

#include <algorithm>
#include <cmath>

#include "keratin/check.hpp"
#include "metrics/naming.hpp"

namespace keratin::metrics {

namespace {

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }  // divide_no_nan

/// The thresholds between 0 and 1 that an AUC was given or asked for, and its ends, a little
/// outside.
std::vector<double> auc_thresholds(const AUCOptions& options) {
  std::vector<double> between = options.thresholds.values();
  for (double threshold : between)
    check(threshold >= 0 && threshold <= 1, "AUC", "threshold ", threshold,
          " is outside of [0, 1]");
  check(options.num_thresholds > 1, "AUC", "num_thresholds is ", options.num_thresholds,
        ", wanted 2 or more");
  if (between.empty())
    for (int i = 1; i < options.num_thresholds - 1; ++i)
      between.push_back(static_cast<double>(i) / (options.num_thresholds - 1));
  std::sort(between.begin(), between.end());
  between.insert(between.begin(), -1e-7);
  between.push_back(1 + 1e-7);
  return between;
}

std::vector<double> even_thresholds(const char* where, int count) {
  check(count > 0, where, "num_thresholds is ", count, ", wanted 1 or more");
  if (count == 1) return {0.5};
  std::vector<double> thresholds;
  for (int i = 0; i < count; ++i) thresholds.push_back(static_cast<double>(i) / (count - 1));
  return thresholds;
}

}  // namespace

AUC::Curve AUC::curve_of(const std::string& name) {
  if (name == "ROC" || name == "roc") return Curve::roc;
  if (name == "PR" || name == "pr") return Curve::pr;
  if (name == "PRGAIN" || name == "prgain") return Curve::prgain;
  fail("AUC", "unknown curve '", name, "', wanted ROC, PR or PRGAIN");
}

AUC::Summation AUC::summation_of(const std::string& name) {
  if (name == "interpolation" || name == "Interpolation") return Summation::interpolation;
  if (name == "minoring" || name == "Minoring") return Summation::minoring;
  if (name == "majoring" || name == "Majoring") return Summation::majoring;
  fail("AUC", "unknown summation_method '", name, "', wanted interpolation, minoring or majoring");
}

AUC::AUC(AUCOptions options)
    : ConfusionMetric(name_or_next(options.name, "auc"), Direction::up,
                      {.thresholds = auc_thresholds(options),
                       .multi_label = options.multi_label,
                       .label_weights = options.label_weights,
                       .from_logits = options.from_logits},
                      recall),
      curve_(curve_of(options.curve)),
      summation_(summation_of(options.summation_method)) {
  check(!options.num_labels || options.multi_label, "AUC", "num_labels is for multi_label only");
  if (options.num_labels && !options.label_weights.empty())
    check(options.label_weights.size() == static_cast<std::size_t>(*options.num_labels), "AUC",
          "got ", options.label_weights.size(), " label_weights for ", *options.num_labels,
          " labels");
}

std::vector<double> AUC::values() const {
  if (!setup().multi_label) return {area(0)};
  double total = 0, weights = 0;
  for (std::size_t label = 0; label < labels(); ++label) {
    const double weight = setup().label_weights.empty() ? 1 : setup().label_weights[label];
    total += weight * area(label);
    weights += weight;
  }
  return {ratio(total, weights)};
}

std::pair<double, double> AUC::point(const Counts& counts) const {
  if (curve_ == Curve::roc)
    return {ratio(counts.false_positives, counts.false_positives + counts.true_negatives),
            recall(counts)};
  if (curve_ == Curve::pr) return {recall(counts), precision(counts)};
  // Keras's repairs: no true positives are the point (0, 1), and recall gain is not negative
  if (counts.true_positives == 0) return {0, 1};
  const double scale = ratio(counts.true_positives + counts.false_negatives,
                             counts.true_negatives + counts.false_positives);
  return {std::max(0.0, 1 - scale * counts.false_negatives / counts.true_positives),
          1 - scale * counts.false_positives / counts.true_positives};
}

double AUC::area(std::size_t label) const {
  if (curve_ == Curve::pr && summation_ == Summation::interpolation)
    return interpolated_pr_area(label);
  double area = 0;
  for (std::size_t t = 0; t + 1 < thresholds(); ++t) {
    const auto [x, y] = point(counts(t, label));
    const auto [next_x, next_y] = point(counts(t + 1, label));
    const double height = summation_ == Summation::interpolation ? (y + next_y) / 2
                          : summation_ == Summation::minoring    ? std::min(y, next_y)
                                                                 : std::max(y, next_y);
    area += (x - next_x) * height;
  }
  return area;
}

/// Between two thresholds true positives rise linearly with what is called positive; Keras's closed
/// form of the integral.
double AUC::interpolated_pr_area(std::size_t label) const {
  double area = 0;
  for (std::size_t t = 0; t + 1 < thresholds(); ++t) {
    const Counts here = counts(t, label), next = counts(t + 1, label);
    const double called = here.true_positives + here.false_positives,
                 next_called = next.true_positives + next.false_positives;
    const double found = here.true_positives - next.true_positives;
    const double slope = ratio(found, std::max(called - next_called, 0.0));
    const double intercept = next.true_positives - slope * next_called;
    const double growth = called > 0 && next_called > 0 ? called / next_called : 1;
    area += ratio(slope * (found + intercept * std::log(growth)),
                  next.true_positives + next.false_negatives);
  }
  return area;
}

CurvePoint::CurvePoint(const char* where, const char* what, std::string name, double target,
                       int num_thresholds, std::optional<int> class_id, Rate constrained,
                       Rate wanted)
    : ConfusionMetric(std::move(name), Direction::up,
                      {.thresholds = even_thresholds(where, num_thresholds), .class_id = class_id},
                      wanted),
      target_(target),
      constrained_(constrained),
      wanted_(wanted) {
  check(target >= 0 && target <= 1, where, what, " is ", target, ", wanted a value in [0, 1]");
}

std::vector<double> CurvePoint::values() const {
  double most = 0;
  for (std::size_t t = 0; t < thresholds(); ++t)
    if (static_cast<float>(constrained_(counts(t))) >= static_cast<float>(target_))
      most = std::max(most, wanted_(counts(t)));
  return {most};
}

SensitivityAtSpecificity::SensitivityAtSpecificity(SensitivityAtSpecificityOptions options)
    : CurvePoint("SensitivityAtSpecificity", "specificity",
                 name_or_next(std::move(options.name), "sensitivity_at_specificity"),
                 options.specificity, options.num_thresholds, options.class_id, specificity,
                 recall) {}

SpecificityAtSensitivity::SpecificityAtSensitivity(SpecificityAtSensitivityOptions options)
    : CurvePoint("SpecificityAtSensitivity", "sensitivity",
                 name_or_next(std::move(options.name), "specificity_at_sensitivity"),
                 options.sensitivity, options.num_thresholds, options.class_id, recall,
                 specificity) {}

PrecisionAtRecall::PrecisionAtRecall(PrecisionAtRecallOptions options)
    : CurvePoint("PrecisionAtRecall", "recall",
                 name_or_next(std::move(options.name), "precision_at_recall"), options.recall,
                 options.num_thresholds, options.class_id, ConfusionMetric::recall, precision) {}

RecallAtPrecision::RecallAtPrecision(RecallAtPrecisionOptions options)
    : CurvePoint("RecallAtPrecision", "precision",
                 name_or_next(std::move(options.name), "recall_at_precision"), options.precision,
                 options.num_thresholds, options.class_id, ConfusionMetric::precision, recall) {}

// The required argument first.
SensitivityAtSpecificity::SensitivityAtSpecificity(double specificity,
                                                   SensitivityAtSpecificityOptions options)
    : SensitivityAtSpecificity((options.specificity = specificity, std::move(options))) {}
SpecificityAtSensitivity::SpecificityAtSensitivity(double sensitivity,
                                                   SpecificityAtSensitivityOptions options)
    : SpecificityAtSensitivity((options.sensitivity = sensitivity, std::move(options))) {}
PrecisionAtRecall::PrecisionAtRecall(double recall, PrecisionAtRecallOptions options)
    : PrecisionAtRecall((options.recall = recall, std::move(options))) {}
RecallAtPrecision::RecallAtPrecision(double precision, RecallAtPrecisionOptions options)
    : RecallAtPrecision((options.precision = precision, std::move(options))) {}

}  // namespace keratin::metrics
