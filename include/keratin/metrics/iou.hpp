#pragma once
// Intersection over union: TP / (TP + FP + FN) of each class, averaged over the classes that occur.

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/metric.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// Base of the metrics below: which class is taken for which. y_true and y_pred hold class ids of
/// any shape, or scores (one-hot labels) of which the largest along `axis` counts. As in Keras, ids
/// that are no class are left out, and ids and weights are cut to integers.
class IoUMetric : public Metric {
 public:
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
  void reset_state() override;
  std::vector<double> get_state() const override { return matrix_; }
  void set_state(std::span<const double> state) override;

 protected:
  struct Setup {
    int num_classes = 0;
    std::vector<int> target_class_ids = {};  // the classes to average
    std::optional<int> ignore_class = {};    // elements of this label are left out
    bool sparse_y_true = true;               // class ids
    bool sparse_y_pred = true;
    int axis = -1;
  };
  /// An empty name becomes Keras's, which is counted.
  IoUMetric(const char* class_name, const std::string& given_name, Setup setup);

 private:
  std::size_t classes() const { return static_cast<std::size_t>(setup_.num_classes); }
  double cell(std::size_t i, std::size_t j) const { return matrix_[i * classes() + j]; }
  Setup setup_;
  std::vector<double> matrix_ = {};  // (true class, predicted class)
};

struct IoUOptions {
  int num_classes = 0;                     // required
  std::vector<int> target_class_ids = {};  // required: the classes to average
  std::string name = "";
  std::optional<int> ignore_class = {};  // elements of this label are left out
  bool sparse_y_true = true;             // class ids; otherwise the largest along `axis`
  bool sparse_y_pred = true;
  int axis = -1;
};
template <class V>
void fields(V& v, IoUOptions& o) {
  v("num_classes", o.num_classes);
  v("target_class_ids", o.target_class_ids);
  v("name", o.name);
  v("ignore_class", o.ignore_class);
  v("sparse_y_true", o.sparse_y_true);
  v("sparse_y_pred", o.sparse_y_pred);
  v("axis", o.axis);
}

/// The mean of intersection / union over the classes in target_class_ids.
class IoU : public Configured<IoUMetric, IoUOptions> {
 public:
  explicit IoU(IoUOptions options);
};

struct MeanIoUOptions {
  int num_classes = 0;  // required
  std::string name = "";
  std::optional<int> ignore_class = {};
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  int axis = -1;
};
template <class V>
void fields(V& v, MeanIoUOptions& o) {
  v("num_classes", o.num_classes);
  v("name", o.name);
  v("ignore_class", o.ignore_class);
  v("sparse_y_true", o.sparse_y_true);
  v("sparse_y_pred", o.sparse_y_pred);
  v("axis", o.axis);
}

/// Over all classes.
class MeanIoU : public Configured<IoUMetric, MeanIoUOptions> {
 public:
  explicit MeanIoU(MeanIoUOptions options);
  explicit MeanIoU(int num_classes, MeanIoUOptions options = {});
};

struct BinaryIoUOptions {
  std::vector<int> target_class_ids = {0, 1};
  double threshold = 0.5;
  std::string name = "";
};
template <class V>
void fields(V& v, BinaryIoUOptions& o) {
  v("target_class_ids", o.target_class_ids);
  v("threshold", o.threshold);
  v("name", o.name);
}

/// Of labels 0 and 1 and predictions that count as 1 from the threshold on.
class BinaryIoU : public Configured<IoUMetric, BinaryIoUOptions> {
 public:
  explicit BinaryIoU(BinaryIoUOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
};

struct OneHotIoUOptions {
  int num_classes = 0;                     // required
  std::vector<int> target_class_ids = {};  // required
  std::string name = "";
  std::optional<int> ignore_class = {};
  bool sparse_y_pred = false;
  int axis = -1;
};
template <class V>
void fields(V& v, OneHotIoUOptions& o) {
  v("num_classes", o.num_classes);
  v("target_class_ids", o.target_class_ids);
  v("name", o.name);
  v("ignore_class", o.ignore_class);
  v("sparse_y_pred", o.sparse_y_pred);
  v("axis", o.axis);
}

/// IoU of one-hot labels.
class OneHotIoU : public Configured<IoUMetric, OneHotIoUOptions> {
 public:
  explicit OneHotIoU(OneHotIoUOptions options);
};

struct OneHotMeanIoUOptions {
  int num_classes = 0;  // required
  std::string name = "";
  std::optional<int> ignore_class = {};
  bool sparse_y_pred = false;
  int axis = -1;
};
template <class V>
void fields(V& v, OneHotMeanIoUOptions& o) {
  v("num_classes", o.num_classes);
  v("name", o.name);
  v("ignore_class", o.ignore_class);
  v("sparse_y_pred", o.sparse_y_pred);
  v("axis", o.axis);
}

/// MeanIoU of one-hot labels.
class OneHotMeanIoU : public Configured<IoUMetric, OneHotMeanIoUOptions> {
 public:
  explicit OneHotMeanIoU(OneHotMeanIoUOptions options);
  explicit OneHotMeanIoU(int num_classes, OneHotMeanIoUOptions options = {});
};

}  // namespace metrics
}  // namespace keratin
