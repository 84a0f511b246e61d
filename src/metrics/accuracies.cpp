// Run at every step: one pass over the rows, nothing allocated.
#include "keratin/metrics/accuracies.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "metrics/naming.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

/// The first of the largest; NaN is passed over, as in TensorFlow.
std::size_t argmax(const float* row, std::size_t columns) {
  std::size_t best = 0;
  float most = -std::numeric_limits<float>::infinity();
  for (std::size_t j = 0; j < columns; ++j) {
    const bool more = row[j] > most;
    best = more ? j : best;
    most = more ? row[j] : most;
  }
  return best;
}

/// Whether fewer than k of the row score more than `target`; no when that cannot be said
/// (TensorFlow's in_top_k).
bool in_top_k(const float* row, std::size_t columns, std::size_t target, int k) {
  if (target >= columns || !std::isfinite(row[target])) return false;
  int better = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    if (!std::isfinite(row[j])) return false;
    better += row[j] > row[target];
  }
  return better < k;
}

std::size_t class_of(float label, std::size_t none) {
  return label > -1 && label < static_cast<float>(none) ? static_cast<std::size_t>(label) : none;
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
    : Mean(name_or(std::move(options.name), "accuracy"), Direction::up) {}

void Accuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                            const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  const float *t = y_true.data(), *p = y_pred.data();
  const Totals hits =
      average(name, shape, sample_weight, [=](std::size_t i) { return t[i] == p[i]; });
  add(hits.values, hits.weights);
}

BinaryAccuracy::BinaryAccuracy(BinaryAccuracyOptions options)
    : Mean(std::move(options.name), Direction::up),
      threshold_(static_cast<float>(options.threshold)) {}

void BinaryAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                  const Tensor& sample_weight) {
  const Shape shape = common_shape(name, y_true.shape(), y_pred.shape());
  const float *t = y_true.data(), *p = y_pred.data();
  const Totals hits = average(name, shape, sample_weight, [=, this](std::size_t i) {
    return t[i] == (p[i] > threshold_ ? 1.0f : 0.0f);
  });
  add(hits.values, hits.weights);
}

CategoricalAccuracy::CategoricalAccuracy(MetricOptions options)
    : Mean(name_or(std::move(options.name), "categorical_accuracy"), Direction::up) {}

void CategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                       const Tensor& sample_weight) {
  const Shape rows = rows_of_one_hot(name, y_true.shape(), y_pred.shape());
  const std::size_t classes = y_pred.shape().back();
  const float *t = y_true.data(), *p = y_pred.data();
  const Totals hits = average(name, rows, sample_weight, [=](std::size_t i) {
    return argmax(t + i * classes, classes) == argmax(p + i * classes, classes);
  });
  add(hits.values, hits.weights);
}

SparseCategoricalAccuracy::SparseCategoricalAccuracy(MetricOptions options)
    : Mean(name_or(std::move(options.name), "sparse_categorical_accuracy"), Direction::up) {}

void SparseCategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                             const Tensor& sample_weight) {
  const Shape rows = rows_of_ids(name, y_true.shape(), y_pred.shape());
  const std::size_t classes = y_pred.shape().back();
  const float *t = y_true.data(), *p = y_pred.data();
  const Totals hits = average(name, rows, sample_weight, [=](std::size_t i) {
    return t[i] == static_cast<float>(argmax(p + i * classes, classes));
  });
  add(hits.values, hits.weights);
}

TopKCategoricalAccuracy::TopKCategoricalAccuracy(TopKCategoricalAccuracyOptions options)
    : Mean(std::move(options.name), Direction::up), k_(options.k) {}

void TopKCategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                           const Tensor& sample_weight) {
  const Shape rows = rows_of_one_hot(name, y_true.shape(), y_pred.shape());
  const std::size_t classes = y_pred.shape().back();
  const float *t = y_true.data(), *p = y_pred.data();
  const Totals hits = average(name, rows, sample_weight, [=, this](std::size_t i) {
    return in_top_k(p + i * classes, classes, argmax(t + i * classes, classes), k_);
  });
  add(hits.values, hits.weights);
}

SparseTopKCategoricalAccuracy::SparseTopKCategoricalAccuracy(
    SparseTopKCategoricalAccuracyOptions options)
    : Mean(std::move(options.name), Direction::up),
      k_(options.k),
      from_sorted_ids_(options.from_sorted_ids) {}

void SparseTopKCategoricalAccuracy::update_state(const Tensor& y_true, const Tensor& y_pred,
                                                 const Tensor& sample_weight) {
  const Shape rows = rows_of_ids(name, y_true.shape(), y_pred.shape());
  const std::size_t columns = y_pred.shape().back();
  const float *t = y_true.data(), *p = y_pred.data();
  const Totals hits = average(name, rows, sample_weight, [=, this](std::size_t i) {
    if (!from_sorted_ids_) return in_top_k(p + i * columns, columns, class_of(t[i], columns), k_);
    bool found = false;
    for (std::size_t j = 0; j < columns && static_cast<int>(j) < k_; ++j)
      found |= p[i * columns + j] == t[i];
    return found;
  });
  add(hits.values, hits.weights);
}

}  // namespace keratin::metrics
