#include "keratin/metrics/iou.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "metrics/naming.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

constexpr double epsilon = 1e-7;

/// Where the first largest is along the axis, which goes.
Tensor argmax(const Tensor& x, int axis_index, const std::string& where) {
  const Shape& shape = x.shape();
  const std::size_t axis = shape.axis(axis_index, where.c_str());
  std::size_t inner = 1;
  Shape kept;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != axis) kept.push_back(shape[i]);
    if (i > axis) inner *= shape[i];
  }
  Tensor ids = Tensor::zeros(kept);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const float* first = x.data() + i / inner * inner * shape[axis] + i % inner;
    float most = -std::numeric_limits<float>::infinity();
    for (std::size_t j = 0; j < shape[axis]; ++j)
      if (first[j * inner] > most) most = first[j * inner], ids.data()[i] = static_cast<float>(j);
  }
  return ids;
}

}  // namespace

IoU::IoU(const char* where, const char* name, IoUOptions options)
    : Metric(name_or_next(options.name, name), Direction::up), options_(std::move(options)) {
  check(options_.num_classes > 0, where, "num_classes is ", options_.num_classes,
        ", wanted 1 or more");
  check(!options_.target_class_ids.empty(), where, "target_class_ids is empty");
  for (int id : options_.target_class_ids)
    check(id >= 0 && id < options_.num_classes, where, "target_class_ids has ", id,
          ", which is not one of the classes 0 to ", options_.num_classes - 1);
  reset_state();
}

void IoU::reset_state() {
  const auto classes = static_cast<std::size_t>(options_.num_classes);
  matrix_.assign(classes * classes, 0);
}

void IoU::update_state(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) {
  const Tensor true_ids = options_.sparse_y_true ? y_true : argmax(y_true, options_.axis, name);
  const Tensor predicted_ids =
      options_.sparse_y_pred ? y_pred : argmax(y_pred, options_.axis, name);
  check(true_ids.size() == predicted_ids.size(), name, "got ", true_ids.size(), " labels and ",
        predicted_ids.size(), " predictions (y_true has shape ", y_true.shape(), ", y_pred ",
        y_pred.shape(),
        "): of scores say sparse_y_pred = false, of one-hot labels sparse_y_true = false");
  const Weights weights(name, sample_weight, true_ids.shape());
  const auto classes = static_cast<float>(options_.num_classes);
  const auto is_class = [classes](float id) {
    return id > -1 && id < classes;
  };  // -0.5 is cut to 0
  for (std::size_t i = 0; i < true_ids.size(); ++i) {
    const float label = true_ids.data()[i], predicted = predicted_ids.data()[i];
    if (!is_class(label) || !is_class(predicted)) continue;
    if (options_.ignore_class && static_cast<int>(label) == *options_.ignore_class) continue;
    const std::size_t row = static_cast<std::size_t>(label),
                      column = static_cast<std::size_t>(predicted);
    matrix_[row * static_cast<std::size_t>(options_.num_classes) + column] +=
        std::trunc(weights[i]);
  }
}

double IoU::result() const {
  const auto classes = static_cast<std::size_t>(options_.num_classes);
  double total = 0, valid = 0;
  for (int id : options_.target_class_ids) {
    const auto target = static_cast<std::size_t>(id);
    const double both = matrix_[target * classes + target];
    double either = -both;
    for (std::size_t i = 0; i < classes; ++i)
      either += matrix_[target * classes + i] + matrix_[i * classes + target];
    if (either <= 1e-9) continue;
    total += both / (either + epsilon);
    ++valid;
  }
  return total / (valid + epsilon);
}

namespace {

std::vector<int> all_classes(int count) {
  std::vector<int> ids;
  for (int id = 0; id < std::max(count, 1); ++id) ids.push_back(id);
  return ids;
}

}  // namespace

MeanIoU::MeanIoU(MeanIoUOptions options)
    : IoU("MeanIoU", "mean_io_u",
          {.num_classes = options.num_classes,
           .target_class_ids = all_classes(options.num_classes),
           .name = std::move(options.name),
           .ignore_class = options.ignore_class,
           .sparse_y_true = options.sparse_y_true,
           .sparse_y_pred = options.sparse_y_pred,
           .axis = options.axis}) {}

MeanIoU::MeanIoU(int num_classes, MeanIoUOptions options)
    : MeanIoU((options.num_classes = num_classes, std::move(options))) {}

BinaryIoU::BinaryIoU(BinaryIoUOptions options)
    : IoU("BinaryIoU", "binary_io_u",
          {.num_classes = 2,
           .target_class_ids = std::move(options.target_class_ids),
           .name = std::move(options.name)}),
      threshold_(static_cast<float>(options.threshold)) {}

void BinaryIoU::update_state(const Tensor& y_true, const Tensor& y_pred,
                             const Tensor& sample_weight) {
  Tensor ids = y_pred;
  for (float& value : ids.values()) value = value >= threshold_ ? 1 : 0;
  IoU::update_state(y_true, ids, sample_weight);
}

OneHotIoU::OneHotIoU(OneHotIoUOptions options)
    : IoU("OneHotIoU", "one_hot_io_u",
          {.num_classes = options.num_classes,
           .target_class_ids = std::move(options.target_class_ids),
           .name = std::move(options.name),
           .ignore_class = options.ignore_class,
           .sparse_y_true = false,
           .sparse_y_pred = options.sparse_y_pred,
           .axis = options.axis}) {}

OneHotMeanIoU::OneHotMeanIoU(OneHotMeanIoUOptions options)
    : IoU("OneHotMeanIoU", "one_hot_mean_io_u",
          {.num_classes = options.num_classes,
           .target_class_ids = all_classes(options.num_classes),
           .name = std::move(options.name),
           .ignore_class = options.ignore_class,
           .sparse_y_true = false,
           .sparse_y_pred = options.sparse_y_pred,
           .axis = options.axis}) {}

OneHotMeanIoU::OneHotMeanIoU(int num_classes, OneHotMeanIoUOptions options)
    : OneHotMeanIoU((options.num_classes = num_classes, std::move(options))) {}

}  // namespace keratin::metrics
