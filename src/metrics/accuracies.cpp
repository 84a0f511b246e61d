// Run at every step: one pass over the rows, nothing allocated.
#include "keratin/metrics/accuracies.hpp"

#include <algorithm>
#include <cmath>

#include "metrics/argmax.hpp"
#include "metrics/options.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

/// Whether fewer than k of the row score more than `target`. As in TensorFlow's in_top_k, false for
/// a target that is no class and for a row with a score that is not finite.
bool in_top_k(const float* row, std::size_t columns, std::size_t target, std::size_t k) {
  if (target >= columns) return false;
  std::size_t better = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    if (!std::isfinite(row[j])) return false;
    better += row[j] > row[target];
  }
  return better < k;
}

/// The class that a label is, or `classes` if it is none.
std::size_t class_of(float label, std::size_t classes) {
  const bool is_class = label > -1 && label < static_cast<float>(classes);
  return is_class ? static_cast<std::size_t>(label) : classes;
}

void check_k(const char* class_name, int k) {
  check(k > 0, class_name, "k is ", k, ", wanted 1 or more");
}

Shape without_last(Shape shape) {
  shape.pop_back();
  return shape;
}

/// The shape of the rows of y_pred, when y_true is one-hot for them.
Shape rows_of_one_hot(const std::string& where, const Shape& y_true, const Shape& y_pred) {
  check(y_true == y_pred && !y_pred.empty(), where, "y_true has shape ", y_true, ", y_pred ",
        y_pred,
        ": one-hot labels of y_pred's shape were wanted (class ids are for the sparse accuracies)");
  return without_last(y_pred);
}

/// The shape of the rows of y_pred, when y_true has a class id for each.
Shape rows_of_ids(const std::string& where, const Shape& y_true, const Shape& y_pred) {
  const bool column = y_true.size() == y_pred.size() && !y_true.empty() && y_true.back() == 1;
  check(!y_pred.empty() && (column ? without_last(y_true) : y_true) == without_last(y_pred), where,
        "y_true has shape ", y_true, ", y_pred ", y_pred,
        ": a class id for each row of scores was wanted (one-hot labels are for the categorical "
        "accuracies)");
  return without_last(y_pred);
}

}  // namespace

Accuracy::Accuracy(MetricOptions options)
    : Configured(options, name_or(options.name, "accuracy"), Direction::up) {}

void Accuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                            const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  const float* t = y_true.data();
  const float* p = y_pred.data();
  add(average(name, shape, sample_weight, [=](std::size_t i) { return t[i] == p[i]; }));
}

BinaryAccuracy::BinaryAccuracy(BinaryAccuracyOptions options)
    : Configured(options, name_or(options.name, "binary_accuracy"), Direction::up) {}

void BinaryAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                  const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  const float* t = y_true.data();
  const float* p = y_pred.data();
  const auto threshold = static_cast<float>(options().threshold);
  add(average(name, shape, sample_weight, [=](std::size_t i) {
    const float guess = p[i] > threshold ? 1.0f : 0.0f;
    return t[i] == guess;
  }));
}

CategoricalAccuracy::CategoricalAccuracy(MetricOptions options)
    : Configured(options, name_or(options.name, "categorical_accuracy"), Direction::up) {}

void CategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                       const Tensor& sample_weight) {
  const Shape rows = rows_of_one_hot(name, y_true.shape(), y_pred.shape());
  const std::size_t classes = y_pred.shape().back();
  const float* t = y_true.data();
  const float* p = y_pred.data();
  add(average(name, rows, sample_weight, [=](std::size_t i) {
    return argmax(t + i * classes, classes) == argmax(p + i * classes, classes);
  }));
}

SparseCategoricalAccuracy::SparseCategoricalAccuracy(MetricOptions options)
    : Configured(options, name_or(options.name, "sparse_categorical_accuracy"), Direction::up) {}

void SparseCategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                             const Tensor& sample_weight) {
  const Shape rows = rows_of_ids(name, y_true.shape(), y_pred.shape());
  const std::size_t classes = y_pred.shape().back();
  const float* t = y_true.data();
  const float* p = y_pred.data();
  add(average(name, rows, sample_weight, [=](std::size_t i) {
    return t[i] == static_cast<float>(argmax(p + i * classes, classes));
  }));
}

TopKCategoricalAccuracy::TopKCategoricalAccuracy(TopKCategoricalAccuracyOptions options)
    : Configured(options, name_or(options.name, "top_k_categorical_accuracy"), Direction::up) {
  check_k("TopKCategoricalAccuracy", options.k);
}

void TopKCategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                           const Tensor& sample_weight) {
  const Shape rows = rows_of_one_hot(name, y_true.shape(), y_pred.shape());
  const std::size_t classes = y_pred.shape().back();
  const auto k = static_cast<std::size_t>(options().k);
  const float* t = y_true.data();
  const float* p = y_pred.data();
  add(average(name, rows, sample_weight, [=](std::size_t i) {
    return in_top_k(p + i * classes, classes, argmax(t + i * classes, classes), k);
  }));
}

SparseTopKCategoricalAccuracy::SparseTopKCategoricalAccuracy(
    SparseTopKCategoricalAccuracyOptions options)
    : Configured(options, name_or(options.name, "sparse_top_k_categorical_accuracy"),
                 Direction::up) {
  check_k("SparseTopKCategoricalAccuracy", options.k);
}

void SparseTopKCategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                                 const Tensor& sample_weight) {
  const Shape rows = rows_of_ids(name, y_true.shape(), y_pred.shape());
  const std::size_t columns = y_pred.shape().back();
  const auto k = static_cast<std::size_t>(options().k);
  const float* t = y_true.data();
  const float* p = y_pred.data();
  const auto is_listed = [=](std::size_t i) {
    const float* ids = p + i * columns;
    const float* end = ids + std::min(k, columns);
    return std::find(ids, end, t[i]) != end;
  };
  const auto scores_high = [=](std::size_t i) {
    return in_top_k(p + i * columns, columns, class_of(t[i], columns), k);
  };
  if (options().from_sorted_ids)
    add(average(name, rows, sample_weight, is_listed));
  else
    add(average(name, rows, sample_weight, scores_high));
}

}  // namespace keratin::metrics
