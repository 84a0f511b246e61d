#pragma once
// How often predictions are right.

#include <string>

#include "keratin/metrics/mean.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// y_true == y_pred, element by element. (For "accuracy" as compile means it, see resolve().)
class Accuracy : public Configured<RunningMean, MetricOptions> {
 public:
  explicit Accuracy(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

struct BinaryAccuracyOptions {
  std::string name = "";
  double threshold = 0.5;
};
template <class V>
void fields(V& v, BinaryAccuracyOptions& o) {
  v("name", o.name);
  v("threshold", o.threshold);
}

/// y_true == (y_pred > threshold), element by element; labels are 0 and 1.
class BinaryAccuracy : public Configured<RunningMean, BinaryAccuracyOptions> {
 public:
  explicit BinaryAccuracy(BinaryAccuracyOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

/// Largest of y_true == largest of y_pred, both (..., classes): one-hot labels, and scores of any
/// kind. Ties: the first.
class CategoricalAccuracy : public Configured<RunningMean, MetricOptions> {
 public:
  explicit CategoricalAccuracy(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

/// Class id == largest of y_pred: y_true (...) or (..., 1), y_pred (..., classes). As in Keras an
/// id that is no class is a miss (the loss is what refuses it, if it is not its ignore_class).
class SparseCategoricalAccuracy : public Configured<RunningMean, MetricOptions> {
 public:
  explicit SparseCategoricalAccuracy(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

struct TopKCategoricalAccuracyOptions {
  int k = 5;
  std::string name = "";
};
template <class V>
void fields(V& v, TopKCategoricalAccuracyOptions& o) {
  v("k", o.k);
  v("name", o.name);
}

/// Whether fewer than k classes score more than the true one. As in TensorFlow, a row with a score
/// that is NaN or infinite is a miss.
class TopKCategoricalAccuracy : public Configured<RunningMean, TopKCategoricalAccuracyOptions> {
 public:
  explicit TopKCategoricalAccuracy(TopKCategoricalAccuracyOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

struct SparseTopKCategoricalAccuracyOptions {
  int k = 5;
  std::string name = "";
  bool from_sorted_ids = false;  // y_pred holds class ids, best first, instead of scores
};
template <class V>
void fields(V& v, SparseTopKCategoricalAccuracyOptions& o) {
  v("k", o.k);
  v("name", o.name);
  v("from_sorted_ids", o.from_sorted_ids);
}

/// The same for class ids.
class SparseTopKCategoricalAccuracy
    : public Configured<RunningMean, SparseTopKCategoricalAccuracyOptions> {
 public:
  explicit SparseTopKCategoricalAccuracy(SparseTopKCategoricalAccuracyOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

}  // namespace metrics
}  // namespace keratin
