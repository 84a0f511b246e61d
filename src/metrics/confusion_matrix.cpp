// What is counted; confusion_report.cpp writes the report.
#include "keratin/metrics/confusion_matrix.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "metrics/argmax.hpp"
#include "metrics/options.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

ConfusionMatrix::ConfusionMatrix(ConfusionMatrixOptions options)
    : Configured(options, name_or(options.name, "confusion_matrix"), Direction::up) {
  if (!options.num_classes) return;
  check(*options.num_classes > 1, "ConfusionMatrix", "num_classes is ", *options.num_classes,
        ", wanted 2 or more");
  classes_ = static_cast<std::size_t>(*options.num_classes);
  reset_state();
}

ConfusionMatrix::ConfusionMatrix(int num_classes, ConfusionMatrixOptions options)
    : ConfusionMatrix(with(std::move(options), &ConfusionMatrixOptions::num_classes,
                           std::optional(num_classes))) {}

void ConfusionMatrix::reset_state() {
  cells_.assign(classes_ * classes_, 0);
  weighted_ = false;
}

/// The class with the largest of each row of scores, or the ids as they are.
void ConfusionMatrix::find_ids(const char* what, const Tensor& values,
                               std::vector<std::size_t>& ids) const {
  ids.clear();
  if (values.rank() > 1 && values.shape().back() == classes_) {
    for (std::size_t row = 0; row < values.size(); row += classes_)
      ids.push_back(argmax(values.data() + row, classes_));
    return;
  }
  for (float id : values.values()) {
    const bool is_class = id >= 0 && id < static_cast<float>(classes_) && id == std::floor(id);
    check(is_class, name, what, " has ", id, " in row ", ids.size(),
          ", which is not one of the classes 0 to ", classes_ - 1);
    ids.push_back(static_cast<std::size_t>(id));
  }
}

void ConfusionMatrix::update_state(const Tensor& y_true, const Tensor& y_pred,
                                   const Tensor& sample_weight) {
  if (classes_ == 0) {
    check(y_pred.rank() > 1 && y_pred.shape().back() > 1, name, "y_pred of shape ", y_pred.shape(),
          " does not tell the number of classes: give num_classes");
    classes_ = y_pred.shape().back();
    reset_state();
  }
  find_ids("y_true", y_true, true_ids_);
  find_ids("y_pred", y_pred, predicted_ids_);
  check(true_ids_.size() == predicted_ids_.size(), name, "y_true of shape ", y_true.shape(),
        " has ", true_ids_.size(), " labels, y_pred of shape ", y_pred.shape(), " has ",
        predicted_ids_.size(), " predictions");
  const Weights weights(name, sample_weight, {true_ids_.size()});
  if (sample_weight.defined()) weighted_ = true;
  for (std::size_t i = 0; i < true_ids_.size(); ++i)
    cells_[true_ids_[i] * classes_ + predicted_ids_[i]] += weights[i];
}

double ConfusionMatrix::result() const {
  double right = 0;
  for (std::size_t i = 0; i < classes_; ++i) right += cell(i, i);
  return all() == 0 ? 0 : right / all();
}

Tensor ConfusionMatrix::matrix() const {
  return Tensor::from({classes_, classes_}, std::vector<float>(cells_.begin(), cells_.end()));
}

double ConfusionMatrix::row(std::size_t i) const {
  double sum = 0;
  for (std::size_t j = 0; j < classes_; ++j) sum += cell(i, j);
  return sum;
}

double ConfusionMatrix::column(std::size_t j) const {
  double sum = 0;
  for (std::size_t i = 0; i < classes_; ++i) sum += cell(i, j);
  return sum;
}

double ConfusionMatrix::all() const { return std::accumulate(cells_.begin(), cells_.end(), 0.0); }

std::vector<double> ConfusionMatrix::get_state() const {
  std::vector<double> state{weighted_ ? 1.0 : 0.0};
  state.insert(state.end(), cells_.begin(), cells_.end());
  return state;
}

void ConfusionMatrix::set_state(std::span<const double> state) {
  const std::size_t cells = state.empty() ? 0 : state.size() - 1;
  const auto classes = static_cast<std::size_t>(std::lround(std::sqrt(cells)));
  check_state(state, classes * classes + 1);
  classes_ = classes;
  weighted_ = state[0] > 0;
  cells_.assign(state.begin() + 1, state.end());
}

}  // namespace keratin::metrics
