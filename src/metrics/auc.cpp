#include <algorithm>
#include <cmath>

#include "keratin/check.hpp"
#include "keratin/metrics/curves.hpp"
#include "metrics/options.hpp"
#include "metrics/thresholds.hpp"
#include "metrics/values.hpp"

namespace keratin::metrics {

namespace {

constexpr NamedValue<AUC::Curve> curves[] = {{"ROC", AUC::Curve::roc, {"roc"}},
                                             {"PR", AUC::Curve::pr, {"pr"}},
                                             {"PRGAIN", AUC::Curve::prgain, {"prgain"}}};

constexpr NamedValue<AUC::Summation> summations[] = {
    {"interpolation", AUC::Summation::interpolation, {"Interpolation"}},
    {"minoring", AUC::Summation::minoring, {"Minoring"}},
    {"majoring", AUC::Summation::majoring, {"Majoring"}}};

/// The thresholds between 0 and 1 that an AUC was given or asked for, and its ends, a little
/// outside.
std::vector<double> auc_thresholds(const AUCOptions& options) {
  std::vector<double> thresholds;
  if (options.thresholds.given()) {
    thresholds = checked_thresholds("AUC", options.thresholds);
    std::sort(thresholds.begin(), thresholds.end());
    thresholds.insert(thresholds.begin(), 0);
    thresholds.push_back(1);
  } else {
    check(options.num_thresholds > 1, "AUC", "num_thresholds is ", options.num_thresholds,
          ", wanted 2 or more");
    thresholds = even_thresholds("AUC", options.num_thresholds);
  }
  thresholds.front() = -1e-7;
  thresholds.back() = 1 + 1e-7;
  return thresholds;
}

}  // namespace

AUC::AUC(AUCOptions options)
    : Configured(options, name_or_unique(options.name, "AUC"), Direction::up,
                 Setup{.thresholds = auc_thresholds(options),
                       .multi_label = options.multi_label,
                       .label_weights = options.label_weights,
                       .from_logits = options.from_logits},
                 recall),
      curve_(value_named<Curve>("curve", curves, options.curve)),
      summation_(value_named<Summation>("summation_method", summations, options.summation_method)) {
  check(!options.num_labels || options.multi_label, "AUC", "num_labels is for multi_label only");
  if (!options.num_labels || !options.label_weights.given()) return;
  const std::size_t weights = options.label_weights.values().size();
  check(weights == static_cast<std::size_t>(*options.num_labels), "AUC", "got ", weights,
        " label_weights for ", *options.num_labels, " labels");
}

std::vector<double> AUC::values() const {
  if (!setup().multi_label) return {area(counts())};
  double total = 0;
  double weights = 0;
  for (std::size_t label = 0; label < labels(); ++label) {
    const auto& label_weights = setup().label_weights;
    const double weight = label_weights.given() ? label_weights.values()[label] : 1;
    total += weight * area(counts(label));
    weights += weight;
  }
  return {ratio(total, weights)};
}

AUC::Point AUC::point(const Counts& counts) const {
  if (curve_ == Curve::roc)
    return {ratio(counts.false_positives, counts.false_positives + counts.true_negatives),
            recall(counts)};
  if (curve_ == Curve::pr) return {recall(counts), precision(counts)};
  // Keras's repairs: no true positives are the point (0, 1), and recall gain is not negative
  if (counts.true_positives == 0) return {0, 1};
  const double scale = ratio(counts.true_positives + counts.false_negatives,
                             counts.true_negatives + counts.false_positives);
  return {larger(0, 1 - scale * counts.false_negatives / counts.true_positives),
          1 - scale * counts.false_positives / counts.true_positives};
}

double AUC::height(double y, double next_y) const {
  switch (summation_) {
    case Summation::minoring: return smaller(y, next_y);
    case Summation::majoring: return larger(y, next_y);
    case Summation::interpolation: break;
  }
  return (y + next_y) / 2;
}

double AUC::area(const std::vector<Counts>& counts) const {
  if (curve_ == Curve::pr && summation_ == Summation::interpolation)
    return interpolated_pr_area(counts);
  double area = 0;
  Point here = point(counts.front());
  for (std::size_t t = 1; t < counts.size(); ++t) {
    const Point next = point(counts[t]);
    area += (here.x - next.x) * height(here.y, next.y);
    here = next;
  }
  return area;
}

/// Between two thresholds true positives rise linearly with what is called positive; Keras's closed
/// form of the integral.
double AUC::interpolated_pr_area(const std::vector<Counts>& counts) {
  double area = 0;
  for (std::size_t t = 0; t + 1 < counts.size(); ++t) {
    const Counts& here = counts[t];
    const Counts& next = counts[t + 1];
    const double called = here.true_positives + here.false_positives;
    const double next_called = next.true_positives + next.false_positives;
    const double found = here.true_positives - next.true_positives;
    const double slope = ratio(found, larger(called - next_called, 0));
    const double intercept = next.true_positives - slope * next_called;
    const double growth = called > 0 && next_called > 0 ? called / next_called : 1;
    area += ratio(slope * (found + intercept * std::log(growth)),
                  next.true_positives + next.false_negatives);
  }
  return area;
}

}  // namespace keratin::metrics
