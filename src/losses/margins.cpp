#include "keratin/losses/margins.hpp"

#include <algorithm>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "losses/shapes.hpp"

namespace keratin::losses {

namespace {

// 2 t - 1 if all of y_true is 0 or 1, else t: one op either way, so that every batch has the same
// nodes.
Node hinge_labels(Node t) {
  const auto values = t.value().values();
  const bool binary = std::all_of(values.begin(), values.end(),
                                  [](float label) { return label == 0 || label == 1; });
  const float scale = binary ? 2 : 1, shift = binary ? -1 : 0;
  return record(
      {t}, t.shape(),
      [&](Tensor& y) {
        std::transform(values.begin(), values.end(), y.data(),
                       [&](float label) { return scale * label + shift; });
      },
      [t, scale](const Tensor&, const Tensor& dy) {
        accumulate(t, [&](Tensor& dt, float keep) {
          for (std::size_t i = 0; i < dy.size(); ++i)
            dt.data()[i] = (keep ? dt.data()[i] : 0) + scale * dy.data()[i];
        });
      });
}

Node shortfall(Node t, Node p) { return ops::maximum(1.0f - hinge_labels(t) * p, 0); }

}  // namespace

Node hinge(Node y_true, Node y_pred) {
  const auto [t, p] = matched("hinge", y_true, y_pred);
  return ops::mean(shortfall(t, p), -1);
}
Tensor hinge(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return hinge(t, p); });
}
Hinge::Hinge(LossOptions options)
    : Loss(
          "hinge", [](Node t, Node p) { return hinge(t, p); }, std::move(options),
          same_shape("hinge")) {}

Node squared_hinge(Node y_true, Node y_pred) {
  const auto [t, p] = matched("squared_hinge", y_true, y_pred);
  return ops::mean(ops::square(shortfall(t, p)), -1);
}
Tensor squared_hinge(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return squared_hinge(t, p); });
}
SquaredHinge::SquaredHinge(LossOptions options)
    : Loss(
          "squared_hinge", [](Node t, Node p) { return squared_hinge(t, p); }, std::move(options),
          same_shape("squared_hinge")) {}

Node categorical_hinge(Node y_true, Node y_pred) {
  const auto [t, p] = matched("categorical_hinge", y_true, y_pred);
  const Node right = ops::sum(t * p, -1), wrong = ops::max((1.0f - t) * p, -1);
  return ops::maximum(wrong - right + 1.0f, 0);
}
Tensor categorical_hinge(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return categorical_hinge(t, p); });
}
CategoricalHinge::CategoricalHinge(LossOptions options)
    : Loss(
          "categorical_hinge", [](Node t, Node p) { return categorical_hinge(t, p); },
          std::move(options), same_shape("categorical_hinge")) {}

}  // namespace keratin::losses
