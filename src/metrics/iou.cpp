#include "keratin/metrics/iou.hpp"

#include <cmath>
#include <utility>

#include "metrics/argmax.hpp"
#include "metrics/options.hpp"
#include "metrics/shapes.hpp"
#include "metrics/values.hpp"

namespace keratin::metrics {

namespace {

/// The shape of `x` without the axis, and in each place where the first largest is along it.
Tensor argmax_along(const Tensor& x, int axis_index, const std::string& where) {
  const Shape& shape = x.shape();
  const std::size_t axis = shape.axis(axis_index, where.c_str());
  std::size_t stride = 1;  // between neighbours along the axis
  Shape kept;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i != axis) kept.push_back(shape[i]);
    if (i > axis) stride *= shape[i];
  }
  Tensor ids = Tensor::zeros(kept);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const float* first = x.data() + i / stride * stride * shape[axis] + i % stride;
    ids.data()[i] = static_cast<float>(argmax(first, shape[axis], stride));
  }
  return ids;
}

std::vector<int> all_classes(int num_classes) {
  std::vector<int> ids;
  for (int id = 0; id < num_classes; ++id) ids.push_back(id);
  return ids;
}

}  // namespace

IoUMetric::IoUMetric(const char* class_name, const std::string& given_name, Setup setup)
    : Metric(name_or_unique(given_name, class_name), Direction::up), setup_(std::move(setup)) {
  check(setup_.num_classes > 0, class_name, "num_classes is ", setup_.num_classes,
        ", wanted 1 or more");
  check(!setup_.target_class_ids.empty(), class_name, "target_class_ids is empty");
  for (int id : setup_.target_class_ids)
    check(id >= 0 && id < setup_.num_classes, class_name, "target_class_ids has ", id,
          ", which is not one of the classes 0 to ", setup_.num_classes - 1);
  reset_state();
}

void IoUMetric::reset_state() { matrix_.assign(classes() * classes(), 0); }

void IoUMetric::update_state(const Tensor& y_true, const Tensor& y_pred,
                             const Tensor& sample_weight) {
  const Tensor true_ids = setup_.sparse_y_true ? y_true : argmax_along(y_true, setup_.axis, name);
  const Tensor predicted_ids =
      setup_.sparse_y_pred ? y_pred : argmax_along(y_pred, setup_.axis, name);
  check(true_ids.size() == predicted_ids.size(), name, "got ", true_ids.size(), " labels and ",
        predicted_ids.size(), " predictions (y_true has shape ", y_true.shape(), ", y_pred ",
        y_pred.shape(),
        "): of scores say sparse_y_pred = false, of one-hot labels sparse_y_true = false");
  const Weights weights(name, sample_weight, true_ids.shape());
  const auto end = static_cast<float>(setup_.num_classes);
  const auto is_class = [end](float id) { return id > -1 && id < end; };  // -0.5 is cut to 0
  for (std::size_t i = 0; i < true_ids.size(); ++i) {
    const float label = true_ids.data()[i];
    const float predicted = predicted_ids.data()[i];
    if (!is_class(label) || !is_class(predicted)) continue;
    if (setup_.ignore_class && static_cast<int>(label) == *setup_.ignore_class) continue;
    const auto row = static_cast<std::size_t>(label);
    const auto column = static_cast<std::size_t>(predicted);
    matrix_[row * classes() + column] += std::trunc(weights[i]);
  }
}

double IoUMetric::result() const {
  double total = 0;
  double occurring = 0;
  for (int id : setup_.target_class_ids) {
    const auto target = static_cast<std::size_t>(id);
    const double both = cell(target, target);
    double either = -both;
    for (std::size_t i = 0; i < classes(); ++i) either += cell(target, i) + cell(i, target);
    if (either <= 1e-9) continue;
    total += both / (either + epsilon);
    ++occurring;
  }
  return total / (occurring + epsilon);
}

IoU::IoU(IoUOptions options)
    : Configured(options, "IoU", options.name,
                 Setup{.num_classes = options.num_classes,
                       .target_class_ids = options.target_class_ids,
                       .ignore_class = options.ignore_class,
                       .sparse_y_true = options.sparse_y_true,
                       .sparse_y_pred = options.sparse_y_pred,
                       .axis = options.axis}) {}

MeanIoU::MeanIoU(MeanIoUOptions options)
    : Configured(options, "MeanIoU", options.name,
                 Setup{.num_classes = options.num_classes,
                       .target_class_ids = all_classes(options.num_classes),
                       .ignore_class = options.ignore_class,
                       .sparse_y_true = options.sparse_y_true,
                       .sparse_y_pred = options.sparse_y_pred,
                       .axis = options.axis}) {}
MeanIoU::MeanIoU(int num_classes, MeanIoUOptions options)
    : MeanIoU(with(std::move(options), &MeanIoUOptions::num_classes, num_classes)) {}

BinaryIoU::BinaryIoU(BinaryIoUOptions options)
    : Configured(options, "BinaryIoU", options.name,
                 Setup{.num_classes = 2, .target_class_ids = options.target_class_ids}) {}

void BinaryIoU::update_state(const Tensor& y_true, const Tensor& y_pred,
                             const Tensor& sample_weight) {
  const auto threshold = static_cast<float>(options().threshold);
  Tensor ids = y_pred;
  for (float& value : ids.values()) value = value >= threshold ? 1 : 0;
  IoUMetric::update_state(y_true, ids, sample_weight);
}

OneHotIoU::OneHotIoU(OneHotIoUOptions options)
    : Configured(options, "OneHotIoU", options.name,
                 Setup{.num_classes = options.num_classes,
                       .target_class_ids = options.target_class_ids,
                       .ignore_class = options.ignore_class,
                       .sparse_y_true = false,
                       .sparse_y_pred = options.sparse_y_pred,
                       .axis = options.axis}) {}

OneHotMeanIoU::OneHotMeanIoU(OneHotMeanIoUOptions options)
    : Configured(options, "OneHotMeanIoU", options.name,
                 Setup{.num_classes = options.num_classes,
                       .target_class_ids = all_classes(options.num_classes),
                       .ignore_class = options.ignore_class,
                       .sparse_y_true = false,
                       .sparse_y_pred = options.sparse_y_pred,
                       .axis = options.axis}) {}
OneHotMeanIoU::OneHotMeanIoU(int num_classes, OneHotMeanIoUOptions options)
    : OneHotMeanIoU(with(std::move(options), &OneHotMeanIoUOptions::num_classes, num_classes)) {}

void IoUMetric::set_state(std::span<const double> state) {
  check_state(state, matrix_.size());
  matrix_.assign(state.begin(), state.end());
}

}  // namespace keratin::metrics
