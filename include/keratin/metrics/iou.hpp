#pragma once
// Intersection over union: TP / (TP + FP + FN) of each class, averaged over the classes that occur.

#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics/metric.hpp"

namespace keratin::metrics {

struct IoUOptions {
  int num_classes = 0;                     // required
  std::vector<int> target_class_ids = {};  // required: the classes to average
  std::string name = "";
  std::optional<int> ignore_class = {};  // elements of this label are left out
  bool sparse_y_true = true;             // class ids; otherwise the largest along `axis`
  bool sparse_y_pred = true;
  int axis = -1;
};

/// Of class ids of any shape. As in Keras, ids that are no class are left out, and ids and weights
/// are cut to integers.
class IoU : public Metric {
 public:
  explicit IoU(IoUOptions options) : IoU("IoU", "io_u", std::move(options)) {}
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
  void reset_state() override;

 protected:
  IoU(const char* where, const char* name, IoUOptions options);

 private:
  IoUOptions options_;
  std::vector<double> matrix_;  // (true, predicted)
};

struct MeanIoUOptions {
  int num_classes = 0;  // required
  std::string name = "";
  std::optional<int> ignore_class = {};
  bool sparse_y_true = true;
  bool sparse_y_pred = true;
  int axis = -1;
};

/// Over all classes.
struct MeanIoU : IoU {
  explicit MeanIoU(MeanIoUOptions options);
  explicit MeanIoU(int num_classes, MeanIoUOptions options = {});
};

struct BinaryIoUOptions {
  std::vector<int> target_class_ids = {0, 1};
  double threshold = 0.5;
  std::string name = "";
};

/// Of labels 0 and 1 and predictions that count as 1 from the threshold on.
class BinaryIoU : public IoU {
 public:
  explicit BinaryIoU(BinaryIoUOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;

 private:
  float threshold_;
};

struct OneHotIoUOptions {
  int num_classes = 0;                     // required
  std::vector<int> target_class_ids = {};  // required
  std::string name = "";
  std::optional<int> ignore_class = {};
  bool sparse_y_pred = false;
  int axis = -1;
};
struct OneHotIoU : IoU {
  explicit OneHotIoU(OneHotIoUOptions options);
};

struct OneHotMeanIoUOptions {
  int num_classes = 0;  // required
  std::string name = "";
  std::optional<int> ignore_class = {};
  bool sparse_y_pred = false;
  int axis = -1;
};
struct OneHotMeanIoU : IoU {
  explicit OneHotMeanIoU(OneHotMeanIoUOptions options);
  explicit OneHotMeanIoU(int num_classes, OneHotMeanIoUOptions options = {});
};

}  // namespace keratin::metrics
