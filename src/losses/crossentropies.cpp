#include "keratin/losses/crossentropies.hpp"

#include "keratin/ops.hpp"
#include "losses/probabilities.hpp"
#include "losses/shapes.hpp"

namespace keratin::losses {

namespace {

constexpr const char* class_ids_hint = " (class ids? sparse_categorical_crossentropy takes them)";

}  // namespace

Node binary_crossentropy(Node y_true, Node y_pred, const BinaryCrossentropyOptions& options) {
  const auto [t, p] = matched("binary_crossentropy", y_true, y_pred);
  const Node truth = smoothed(t, options.label_smoothing, 2);
  return ops::mean(binary_terms(truth, p, binary_logits(y_pred, p, options.from_logits)),
                   options.axis);
}
Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                           const BinaryCrossentropyOptions& options) {
  return on_tensors(y_true, y_pred,
                    [&](Node t, Node p) { return binary_crossentropy(t, p, options); });
}
BinaryCrossentropy::BinaryCrossentropy(BinaryCrossentropyOptions options)
    : Loss(
          "binary_crossentropy",
          [options](Node t, Node p) { return binary_crossentropy(t, p, options); },
          {options.reduction, options.name}, same_shape("binary_crossentropy")) {}

Node categorical_crossentropy(Node y_true, Node y_pred,
                              const CategoricalCrossentropyOptions& options) {
  const auto [t, p] = matched("categorical_crossentropy", y_true, y_pred, class_ids_hint);
  const Node targets = smoothed(t, options.label_smoothing, t.shape().back());
  const bool last =
      p.shape().axis(options.axis, "categorical_crossentropy") + 1 == p.shape().size();
  if (const auto hidden = logits_behind(p, ops::softmax_op); hidden && last)
    return ops::softmax_cross_entropy(targets, *hidden, p);
  if (options.from_logits)
    return ops::softmax_cross_entropy(with_axis_last(targets, options.axis),
                                      with_axis_last(p, options.axis));
  return -ops::sum(targets * ops::log(normalized(p, options.axis)), options.axis);
}
Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                const CategoricalCrossentropyOptions& options) {
  return on_tensors(y_true, y_pred,
                    [&](Node t, Node p) { return categorical_crossentropy(t, p, options); });
}
CategoricalCrossentropy::CategoricalCrossentropy(CategoricalCrossentropyOptions options)
    : Loss(
          "categorical_crossentropy",
          [options](Node t, Node p) { return categorical_crossentropy(t, p, options); },
          {options.reduction, options.name},
          same_shape("categorical_crossentropy", class_ids_hint)) {}

}  // namespace keratin::losses
