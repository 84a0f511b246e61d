#pragma once
// Metrics, as classes and Keras strings. What is said of Keras holds for Keras 3.15.

#include <memory>
#include <string>

#include "keratin/metrics/accuracies.hpp"
#include "keratin/metrics/confusion_matrix.hpp"
#include "keratin/metrics/confusions.hpp"
#include "keratin/metrics/curves.hpp"
#include "keratin/metrics/errors.hpp"
#include "keratin/metrics/iou.hpp"
#include "keratin/metrics/mean.hpp"
#include "keratin/metrics/metric.hpp"
#include "keratin/metrics/scores.hpp"

namespace keratin::metrics {

/// A metric with its default options by Keras's name: the class name, its snake form, or mse, MSE,
/// mae, ... Throws for an unknown name, listing those there are, and for a class that needs an
/// argument.
std::shared_ptr<Metric> get(const std::string& name);

/// A metric as compile means it. "accuracy" and "acc", in any case, are decided by the shapes,
/// batch axis included: binary if y_pred's last axis is 1, sparse if y_true has fewer axes or a
/// last axis of 1, else categorical. The metric is named as typed.
std::shared_ptr<Metric> resolve(const std::string& typed, const Shape& y_true, const Shape& y_pred);

/// Throws where resolve() would for want of such a name.
void check_name(const std::string& typed);

}  // namespace keratin::metrics
