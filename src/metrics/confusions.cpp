#include "keratin/metrics/confusions.hpp"

#include <vector>

#include "keratin/check.hpp"
#include "metrics/options.hpp"
#include "metrics/thresholds.hpp"

namespace keratin::metrics {

namespace {

/// The given thresholds, at least one, or one that is `otherwise`.
std::vector<double> thresholds_or(const char* class_name, const Thresholds& thresholds,
                                  double otherwise) {
  if (!thresholds.given()) return {otherwise};
  check(!thresholds.values().empty(), class_name,
        "thresholds is an empty list, wanted one threshold or more");
  return checked_thresholds(class_name, thresholds);
}

std::vector<double> thresholds_of(const char* class_name, const PrecisionOptions& options) {
  const double otherwise = options.top_k ? static_cast<double>(not_in_top_k) : 0.5;
  return thresholds_or(class_name, options.thresholds, otherwise);
}

}  // namespace

ConfusionCount::ConfusionCount(const ConfusionCountOptions& options, const char* class_name,
                               Rate count)
    : Configured(options, name_or_unique(options.name, class_name), Direction::unknown,
                 Setup{.thresholds = thresholds_or(class_name, options.thresholds, 0.5)}, count) {}

TruePositives::TruePositives(ConfusionCountOptions options)
    : ConfusionCount(options, "TruePositives", [](const Counts& c) { return c.true_positives; }) {}

TrueNegatives::TrueNegatives(ConfusionCountOptions options)
    : ConfusionCount(options, "TrueNegatives", [](const Counts& c) { return c.true_negatives; }) {}

FalsePositives::FalsePositives(ConfusionCountOptions options)
    : ConfusionCount(options, "FalsePositives", [](const Counts& c) { return c.false_positives; }) {
}

FalseNegatives::FalseNegatives(ConfusionCountOptions options)
    : ConfusionCount(options, "FalseNegatives", [](const Counts& c) { return c.false_negatives; }) {
}

Precision::Precision(PrecisionOptions options)
    : Configured(options, name_or_unique(options.name, "Precision"), Direction::up,
                 Setup{.thresholds = thresholds_of("Precision", options),
                       .top_k = options.top_k,
                       .class_id = options.class_id},
                 precision) {}

Recall::Recall(RecallOptions options)
    : Configured(options, name_or_unique(options.name, "Recall"), Direction::up,
                 Setup{.thresholds = thresholds_of("Recall", options),
                       .top_k = options.top_k,
                       .class_id = options.class_id},
                 recall) {}

}  // namespace keratin::metrics
