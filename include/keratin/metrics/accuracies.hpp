#pragma once
// How often predictions are right.

#include <string>

#include "keratin/metrics/mean.hpp"

namespace keratin::metrics {

/// y_true == y_pred, element by element. (For "accuracy" as compile means it, see resolve().)
class Accuracy : public Mean {
 public:
  explicit Accuracy(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

struct BinaryAccuracyOptions {
  std::string name = "binary_accuracy";
  double threshold = 0.5;
};

/// y_true == (y_pred > threshold), element by element; labels are 0 and 1.
class BinaryAccuracy : public Mean {
 public:
  explicit BinaryAccuracy(BinaryAccuracyOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;

 private:
  float threshold_;
};

/// Largest of y_true == largest of y_pred, both (..., classes): one-hot labels, and scores of any
/// kind. Ties: the first.
class CategoricalAccuracy : public Mean {
 public:
  explicit CategoricalAccuracy(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

/// Class id == largest of y_pred: y_true (...) or (..., 1), y_pred (..., classes). As in Keras an
/// id that is no class is a miss (the loss is what refuses it, if it is not its ignore_class).
class SparseCategoricalAccuracy : public Mean {
 public:
  explicit SparseCategoricalAccuracy(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

struct TopKCategoricalAccuracyOptions {
  int k = 5;
  std::string name = "top_k_categorical_accuracy";
};

/// Whether fewer than k classes score more than the true one. NaN or Inf scores are a miss, as in
/// TensorFlow.
class TopKCategoricalAccuracy : public Mean {
 public:
  explicit TopKCategoricalAccuracy(TopKCategoricalAccuracyOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;

 private:
  int k_;
};

struct SparseTopKCategoricalAccuracyOptions {
  int k = 5;
  std::string name = "sparse_top_k_categorical_accuracy";
  bool from_sorted_ids = false;  // y_pred holds class ids, best first, instead of scores
};

/// The same for class ids.
class SparseTopKCategoricalAccuracy : public Mean {
 public:
  explicit SparseTopKCategoricalAccuracy(SparseTopKCategoricalAccuracyOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;

 private:
  int k_;
  bool from_sorted_ids_;
};

}  // namespace keratin::metrics
