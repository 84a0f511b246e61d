// Labels as numbers: one-hot rows and class weights.

#include "data/labels.hpp"

#include <algorithm>
#include <cmath>

#include "keratin/check.hpp"
#include "keratin/preparation.hpp"

namespace keratin {

std::vector<long> class_ids(const char* where, const ArrayView& labels) {
  check(labels.given() && labels.rows() > 0, where, "there are no labels");
  std::vector<long> ids;
  ids.reserve(labels.rows());
  for (std::size_t row = 0; row < labels.rows(); ++row) {
    double label = labels.at(row, 0);
    if (labels.row_size() > 1) {
      std::size_t largest = 0;
      for (std::size_t i = 1; i < labels.row_size(); ++i)
        if (labels.at(row, i) > labels.at(row, largest)) largest = i;
      label = static_cast<double>(largest);
    }
    constexpr double most = 1 << 30;
    check(std::floor(label) == label && std::abs(label) < most, where, "label ", row, " is ", label,
          ", wanted a whole number");
    ids.push_back(static_cast<long>(label));
  }
  return ids;
}

Tensor utils::to_categorical(const ArrayView& labels, ElementCount num_classes) {
  constexpr const char* where = "to_categorical";
  check(labels.given(), where, "there are no labels");
  check(num_classes.value >= 0, where, "num_classes is ", num_classes.value, ", wanted 1 or more");
  Shape shape = labels.shape();
  if (shape.size() > 1 && shape.back() == 1) shape.pop_back();
  const std::size_t width = labels.row_size(), count = labels.rows() * width;
  const auto label = [&](std::size_t i) { return labels.at(i / width, i % width); };
  const auto named = static_cast<double>(num_classes.value);
  double largest = named - 1;
  for (std::size_t i = 0; i < count; ++i) {
    constexpr double most = 1 << 30;
    const double id = label(i);
    const bool valid = std::floor(id) == id && id >= 0 && id < (named > 0 ? named : most);
    if (!valid && named > 0)
      fail(where, "label ", i, " is ", id, ", wanted a whole number from 0 to ", named - 1);
    check(valid, where, "label ", i, " is ", id, ", wanted a whole number of 0 or more");
    largest = std::max(largest, id);
  }
  const auto classes = static_cast<std::size_t>(largest + 1);
  check(classes > 0, where, "there are no labels to count classes by: say num_classes");
  shape.push_back(classes);
  Tensor one_hot = Tensor::zeros(shape);
  for (std::size_t i = 0; i < count; ++i)
    one_hot.data()[i * classes + static_cast<std::size_t>(label(i))] = 1;
  return one_hot;
}

std::map<int, double> utils::compute_class_weight(const ArrayView& labels) {
  const std::vector<long> ids = class_ids("compute_class_weight", labels);
  std::map<int, double> weights;
  for (long id : ids) ++weights[static_cast<int>(id)];
  const auto rows = static_cast<double>(ids.size()), classes = static_cast<double>(weights.size());
  for (auto& [id, weight] : weights) weight = rows / (classes * weight);
  return weights;
}

}  // namespace keratin
