#pragma once
// Metrics, as classes and Keras strings. What is said of Keras holds for Keras 3.15.

#include <memory>
#include <string>

#include "keratin/metrics/accuracies.hpp"
#include "keratin/metrics/confusion_matrix.hpp"
#include "keratin/metrics/confusions.hpp"
#include "keratin/metrics/correlations.hpp"
#include "keratin/metrics/crossentropies.hpp"
#include "keratin/metrics/curves.hpp"
#include "keratin/metrics/errors.hpp"
#include "keratin/metrics/iou.hpp"
#include "keratin/metrics/mean.hpp"
#include "keratin/metrics/metric.hpp"
#include "keratin/metrics/optional_numbers.hpp"
#include "keratin/metrics/scores.hpp"
#include "keratin/metrics/threshold_metric.hpp"
#include "keratin/metrics/wrappers.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// A metric with its default options by Keras's name: the class name, its snake form, or mse, MSE,
/// mae, ... Throws std::invalid_argument for an unknown name, listing those there are, and for a
/// class that has required options.
std::shared_ptr<Metric> get(const std::string& name);

/// Whether compile takes this string for a metric that the shapes decide: "accuracy" and "acc", in
/// any case.
bool depends_on_shapes(const std::string& typed);

/// A metric as compile means it, named as typed. Accuracy is binary if y_pred's last axis is 1,
/// sparse if y_true has fewer axes or a last axis of 1, else categorical; the shapes include the
/// batch axis. Throws as get() does.
std::shared_ptr<Metric> resolve(const std::string& typed, const Shape& y_true, const Shape& y_pred);

}  // namespace metrics
}  // namespace keratin
