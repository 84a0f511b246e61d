#include "keratin/metrics/confusion_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "metrics/shapes.hpp"

namespace keratin::metrics {

ConfusionMatrix::ConfusionMatrix(ConfusionMatrixOptions options)
    : Metric(std::move(options.name), Direction::up) {
  check(options.num_classes == 0 || options.num_classes > 1, "ConfusionMatrix", "num_classes is ",
        options.num_classes, ", wanted 2 or more");
  classes_ = static_cast<std::size_t>(options.num_classes);
  reset_state();
}

ConfusionMatrix::ConfusionMatrix(int num_classes, ConfusionMatrixOptions options)
    : ConfusionMatrix((options.num_classes = num_classes, std::move(options))) {}

void ConfusionMatrix::reset_state() {
  cells_.assign(classes_ * classes_, 0);
  weighted_ = false;
}

/// The largest of each row of scores, or the ids as they are.
void ConfusionMatrix::ids_of(const char* what, const Tensor& values,
                             std::vector<std::size_t>& ids) const {
  ids.clear();
  if (values.rank() > 1 && values.shape().back() == classes_) {
    for (const float *row = values.data(), *end = row + values.size(); row != end; row += classes_)
      ids.push_back(static_cast<std::size_t>(std::max_element(row, row + classes_) - row));
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
  ids_of("y_true", y_true, true_ids_);
  ids_of("y_pred", y_pred, predicted_ids_);
  check(true_ids_.size() == predicted_ids_.size(), name, "y_true of shape ", y_true.shape(),
        " has ", true_ids_.size(), " labels, y_pred of shape ", y_pred.shape(), " has ",
        predicted_ids_.size(), " predictions");
  const Weights weights(name, sample_weight, {true_ids_.size()});
  weighted_ |= sample_weight.defined();
  for (std::size_t i = 0; i < true_ids_.size(); ++i)
    cells_[true_ids_[i] * classes_ + predicted_ids_[i]] += weights[i];
}

double ConfusionMatrix::result() const {
  double right = 0;
  for (std::size_t i = 0; i < classes_; ++i) right += cell(i, i);
  const double all = std::accumulate(cells_.begin(), cells_.end(), 0.0);
  return all == 0 ? 0 : right / all;
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

namespace {

std::size_t width_of(const std::string& utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

std::string two_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

/// A count as Python prints it: 12 unweighted, 12.0 or 12.5 weighted.
std::string support(double count, bool weighted) {
  std::string text = concat(count);
  if (weighted && text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

struct Score {
  double precision = 0, recall = 0, f1 = 0;
  void add(const Score& other, double weight) {
    precision += weight * other.precision, recall += weight * other.recall, f1 += weight * other.f1;
  }
};

double ratio(double a, double b) { return b == 0 ? 0 : a / b; }

}  // namespace

std::string ConfusionMatrix::report(const std::vector<std::string>& class_names) const {
  check(class_names.empty() || class_names.size() == classes_, name, "report got ",
        class_names.size(), " class names for ", classes_, " classes");
  const auto name_of = [&](std::size_t i) {
    return class_names.empty() ? concat(i) : class_names[i];
  };
  std::size_t width = std::string("weighted avg").size();
  for (std::size_t i = 0; i < classes_; ++i) width = std::max(width, width_of(name_of(i)));
  const auto line = [&](const std::string& head, const Score& score, double count) {
    std::string text = right(head, width) + ' ';
    for (double value : {score.precision, score.recall, score.f1})
      text += ' ' + right(two_digits(value), 9);
    return text + ' ' + right(support(count, weighted_), 9) + '\n';
  };

  std::string text = right("", width) + ' ';
  for (const char* head : {"precision", "recall", "f1-score", "support"})
    text += ' ' + right(head, 9);
  text += "\n\n";
  const double all = std::accumulate(cells_.begin(), cells_.end(), 0.0);
  Score macro, weighted;
  for (std::size_t i = 0; i < classes_; ++i) {
    const double found = cell(i, i), called = column(i), there = row(i);
    const Score score{ratio(found, called), ratio(found, there), ratio(2 * found, called + there)};
    macro.add(score, 1 / static_cast<double>(classes_));
    weighted.add(score, ratio(there, all));
    text += line(name_of(i), score, there);
  }
  const std::string no_value(10, ' ');
  text += '\n' + right("accuracy", width) + ' ' + no_value + no_value + ' ' +
          right(two_digits(result()), 9) + ' ' + right(support(all, weighted_), 9) + '\n';
  return text + line("macro avg", macro, all) + line("weighted avg", weighted, all);
}

}  // namespace keratin::metrics
