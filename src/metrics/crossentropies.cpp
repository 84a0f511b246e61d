#include "keratin/metrics/crossentropies.hpp"

#include "metrics/options.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

// The arguments of the losses that these metrics average.
losses::BinaryCrossentropyArguments loss_arguments(const BinaryCrossentropyOptions& options) {
  return {.from_logits = options.from_logits, .label_smoothing = options.label_smoothing};
}

losses::CategoricalCrossentropyArguments loss_arguments(
    const CategoricalCrossentropyOptions& options) {
  return {.from_logits = options.from_logits,
          .label_smoothing = options.label_smoothing,
          .axis = options.axis};
}

losses::SparseCategoricalCrossentropyArguments loss_arguments(
    const SparseCategoricalCrossentropyOptions& options) {
  return {.from_logits = options.from_logits,
          .ignore_class = options.ignore_class,
          .axis = options.axis};
}

}  // namespace

BinaryCrossentropy::BinaryCrossentropy(BinaryCrossentropyOptions options)
    : Configured(options, name_or(options.name, "binary_crossentropy"), Direction::down,
                 [arguments = loss_arguments(options)](Node t, Node p) {
                   return losses::binary_crossentropy(t, p, arguments);
                 }) {}

CategoricalCrossentropy::CategoricalCrossentropy(CategoricalCrossentropyOptions options)
    : Configured(options, name_or(options.name, "categorical_crossentropy"), Direction::down,
                 [arguments = loss_arguments(options)](Node t, Node p) {
                   return losses::categorical_crossentropy(t, p, arguments);
                 }) {}

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(
    SparseCategoricalCrossentropyOptions options)
    : Configured(options, name_or(options.name, "sparse_categorical_crossentropy"), Direction::down,
                 [arguments = loss_arguments(options)](Node t, Node p) {
                   return losses::sparse_categorical_crossentropy(t, p, arguments);
                 }) {}

void SparseCategoricalCrossentropy::update_on_tape(Node y_true, Node y_pred,
                                                   const Tensor& sample_weight) {
  MeanMetricWrapper::update_on_tape(y_true, y_pred, without_ignored(y_true.value(), sample_weight));
}

const Tensor& SparseCategoricalCrossentropy::without_ignored(const Tensor& y_true,
                                                             const Tensor& sample_weight) {
  if (!options().ignore_class || !sample_weight.defined()) return sample_weight;
  const auto ignored = static_cast<float>(*options().ignore_class);
  const Weights weights(name, sample_weight, y_true.shape());
  weights_.resize(y_true.shape());
  for (std::size_t i = 0; i < y_true.size(); ++i)
    weights_.data()[i] = y_true.data()[i] == ignored ? 0 : static_cast<float>(weights[i]);
  return weights_;
}

}  // namespace keratin::metrics
