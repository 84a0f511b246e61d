#include "losses_samples.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <keratin/check.hpp>
#include <keratin/losses.hpp>

using namespace keratin;

namespace {

/// [[0, 1], [0, 0]]
std::string one_line(const Tensor& tensor) {
  if (tensor.rank() == 0) return concat(tensor.item());
  std::string text;
  const std::size_t rows = tensor.shape()[0], size = tensor.size() / rows;
  for (std::size_t i = 0; i < rows; ++i)
    text += (i ? ", " : "") + one_line(Tensor::from(tensor.shape().without_batch(),
                                                    tensor.values().subspan(i * size, size)));
  return '[' + text + ']';
}

/// Seven digits after the point, as the documents print.
std::string seven_digits(const Tensor& values) {
  std::string text;
  char digits[32];
  for (float value : values.values()) {
    std::snprintf(digits, sizeof digits, "%.7f", static_cast<double>(value));
    std::string_view shown = digits;  // without the zeros at the end
    shown = shown.substr(0, shown.find_last_not_of('0') + 1);
    text += concat(text.empty() ? "" : ", ",
                   shown.ends_with('.') ? shown.substr(0, shown.size() - 1) : shown);
  }
  return values.rank() == 0 ? text : '[' + text + ']';
}

bool same(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double wanted = a.values()[i], got = b.values()[i];
    if (!(std::abs(wanted - got) <= 1e-6 * std::max(1.0, std::abs(wanted)))) return false;
  }
  return true;
}

}  // namespace

Outcome try_sample(const Sample& sample) {
  const Tensor value = sample.loss(sample.y_true, sample.y_pred, sample.sample_weight);
  return {one_line(sample.y_true),
          one_line(sample.y_pred),
          sample.sample_weight.empty() ? "" : one_line(sample.sample_weight),
          seven_digits(sample.documents),
          seven_digits(value),
          same(sample.documents, value)};
}

std::vector<Sample> documents_samples() {
  using namespace losses;
  const Tensor three_classes = {{.15, .75, .1}, {.75, .15, .1}},
               unsure = {{.05, .95, 0}, {.1, .8, .1}};
  const Tensor labels = {{0, 1}, {0, 0}}, halves = {{.5, .4}, {.4, .5}},
               tenths = {{.6, .4}, {.4, .6}}, ones = {{1, 1}, {1, 0}};
  const auto sparse = [](const Tensor& y_true, const Tensor& y_pred, const Tensor&) {
    return sparse_categorical_crossentropy(y_true, y_pred);
  };
  return {
      {"MeanAbsoluteError()", MeanAbsoluteError(), {1, 0}, {2, 3}, 2.0},
      {"MeanSquaredError()", MeanSquaredError(), {1, 0}, {2, 3}, 5.0},
      {"CategoricalCrossentropy()",
       CategoricalCrossentropy(),
       {{0, 1, 0}, {1, 0, 0}},
       three_classes,
       0.2876821},
      {"SparseCategoricalCrossentropy()",
       SparseCategoricalCrossentropy(),
       {1, 0},
       three_classes,
       0.2876821},
      {"BinaryCrossentropy()", BinaryCrossentropy(), labels, halves, 0.7033527},
      {"BinaryCrossentropy()", BinaryCrossentropy(), labels, halves, 0.4023595, {1, 0}},
      {"CategoricalCrossentropy()",
       CategoricalCrossentropy(),
       {{0, 1, 0}, {0, 0, 1}},
       unsure,
       1.1769392},
      {"sparse_categorical_crossentropy", sparse, {1, 2}, unsure, {0.0512933, 2.3025851}},
      {"Poisson()", Poisson(), labels, {{1, 1}, {0, 0}}, 0.5},
      {"KLDivergence()", KLDivergence(), labels, tenths, 0.4581430},
      {"MeanSquaredError()", MeanSquaredError(), labels, ones, 0.5},
      {"MeanAbsoluteError()", MeanAbsoluteError(), labels, ones, 0.5},
      {"MeanAbsolutePercentageError()",
       MeanAbsolutePercentageError(),
       {{2, 1}, {2, 3}},
       ones,
       50.0},
      {"MeanSquaredLogarithmicError()", MeanSquaredLogarithmicError(), labels, ones, 0.2402264},
      {"CosineSimilarity({.axis = 1})",
       CosineSimilarity({.axis = 1}),
       {{0, 1}, {1, 1}},
       {{1, 0}, {1, 1}},
       -0.5},
      {"Huber()", Huber(), labels, halves, 0.1275},
      {"LogCosh()", LogCosh(), labels, {{1, 1}, {0, 0}}, 0.1084452},
      {"Hinge()", Hinge(), labels, halves, 1.25},
      {"SquaredHinge()", SquaredHinge(), labels, tenths, 1.86},
      {"CategoricalHinge()", CategoricalHinge(), labels, halves, 1.3},
  };
}
