// Points on curves; the area under them is in auc.cpp.
#include "keratin/metrics/curves.hpp"

#include <utility>

#include "keratin/check.hpp"
#include "metrics/options.hpp"
#include "metrics/thresholds.hpp"
#include "metrics/values.hpp"

namespace keratin::metrics {

CurvePoint::CurvePoint(const char* class_name, const std::string& given_name, const Target& target,
                       Rate wanted, int num_thresholds, std::optional<int> class_id)
    : ThresholdMetric(
          name_or_unique(given_name, class_name), Direction::up,
          {.thresholds = even_thresholds(class_name, num_thresholds), .class_id = class_id},
          wanted),
      target_(target) {
  check(target.value >= 0 && target.value <= 1, class_name, target.name, " is ", target.value,
        ", wanted a value in [0, 1]");
}

std::vector<double> CurvePoint::values() const {
  double most = 0;
  for (const Counts& counts : this->counts()) {
    const auto reached = static_cast<float>(target_.rate(counts));  // in float32, as in Keras
    if (reached >= static_cast<float>(target_.value)) most = larger(most, rate()(counts));
  }
  return {most};
}

SensitivityAtSpecificity::SensitivityAtSpecificity(SensitivityAtSpecificityOptions options)
    : Configured(options, "SensitivityAtSpecificity", options.name,
                 Target{"specificity", options.specificity, specificity}, recall,
                 options.num_thresholds, options.class_id) {}
SensitivityAtSpecificity::SensitivityAtSpecificity(double specificity,
                                                   SensitivityAtSpecificityOptions options)
    : SensitivityAtSpecificity(
          with(std::move(options), &SensitivityAtSpecificityOptions::specificity, specificity)) {}

SpecificityAtSensitivity::SpecificityAtSensitivity(SpecificityAtSensitivityOptions options)
    : Configured(options, "SpecificityAtSensitivity", options.name,
                 Target{"sensitivity", options.sensitivity, recall}, specificity,
                 options.num_thresholds, options.class_id) {}
SpecificityAtSensitivity::SpecificityAtSensitivity(double sensitivity,
                                                   SpecificityAtSensitivityOptions options)
    : SpecificityAtSensitivity(
          with(std::move(options), &SpecificityAtSensitivityOptions::sensitivity, sensitivity)) {}

PrecisionAtRecall::PrecisionAtRecall(PrecisionAtRecallOptions options)
    : Configured(options, "PrecisionAtRecall", options.name,
                 Target{"recall", options.recall, recall}, precision, options.num_thresholds,
                 options.class_id) {}
PrecisionAtRecall::PrecisionAtRecall(double recall, PrecisionAtRecallOptions options)
    : PrecisionAtRecall(with(std::move(options), &PrecisionAtRecallOptions::recall, recall)) {}

RecallAtPrecision::RecallAtPrecision(RecallAtPrecisionOptions options)
    : Configured(options, "RecallAtPrecision", options.name,
                 Target{"precision", options.precision, precision}, recall, options.num_thresholds,
                 options.class_id) {}
RecallAtPrecision::RecallAtPrecision(double precision, RecallAtPrecisionOptions options)
    : RecallAtPrecision(with(std::move(options), &RecallAtPrecisionOptions::precision, precision)) {
}

}  // namespace keratin::metrics
