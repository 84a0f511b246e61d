#include "keratin/metrics/errors.hpp"

#include <utility>

#include "keratin/ops.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

Node pearson(Node y_true, Node y_pred, int axis) {
  const auto z_score = [axis](Node x) {
    const Node centred = x - ops::mean(x, axis, true);
    return centred / ops::sqrt(ops::mean(ops::square(centred), axis, true));
  };
  const Shape shape = common_shape("pearson_correlation", y_true.shape(), y_pred.shape());
  return ops::mean(z_score(ops::reshape(y_true, shape)) * z_score(ops::reshape(y_pred, shape)),
                   axis);
}

Node concordance(Node y_true, Node y_pred, int axis) {
  const Shape shape = common_shape("concordance_correlation", y_true.shape(), y_pred.shape());
  y_true = ops::reshape(y_true, shape), y_pred = ops::reshape(y_pred, shape);
  const Node mean_t = ops::mean(y_true, axis, true), mean_p = ops::mean(y_pred, axis, true);
  const auto variance = [axis](Node x, Node mean) {
    return ops::mean(ops::square(x - mean), axis, true);
  };
  const Node product =
      (y_true - mean_p) * (y_pred - mean_p);  // both with p's mean: Keras's own reading
  const Node norm =
      variance(y_true, mean_t) + variance(y_pred, mean_p) + ops::square(mean_t - mean_p);
  return ops::mean(2.0f * product / (norm + 1e-7f), axis);
}

}  // namespace

MeanSquaredError::MeanSquaredError(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::mean_squared_error(t, p); },
                        std::move(options), "mean_squared_error", Direction::down) {}

MeanAbsoluteError::MeanAbsoluteError(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::mean_absolute_error(t, p); },
                        std::move(options), "mean_absolute_error", Direction::down) {}

MeanAbsolutePercentageError::MeanAbsolutePercentageError(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::mean_absolute_percentage_error(t, p); },
                        std::move(options), "mean_absolute_percentage_error", Direction::down) {}

MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::mean_squared_logarithmic_error(t, p); },
                        std::move(options), "mean_squared_logarithmic_error", Direction::down) {}

LogCoshError::LogCoshError(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::log_cosh(t, p); }, std::move(options),
                        "logcosh", Direction::down) {}

Poisson::Poisson(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::poisson(t, p); }, std::move(options),
                        "poisson", Direction::down) {}

KLDivergence::KLDivergence(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::kl_divergence(t, p); },
                        std::move(options), "kl_divergence", Direction::down) {}

Hinge::Hinge(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::hinge(t, p); }, std::move(options),
                        "hinge", Direction::down) {}

SquaredHinge::SquaredHinge(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::squared_hinge(t, p); },
                        std::move(options), "squared_hinge", Direction::down) {}

CategoricalHinge::CategoricalHinge(MetricOptions options)
    : MeanMetricWrapper([](Node t, Node p) { return losses::categorical_hinge(t, p); },
                        std::move(options), "categorical_hinge", Direction::down) {}

CosineSimilarity::CosineSimilarity(AxisMetricOptions options)
    : MeanMetricWrapper(
          [axis = options.axis](Node t, Node p) {
            return -losses::cosine_similarity(t, p, {.axis = axis});
          },
          {std::move(options.name)}, "cosine_similarity", Direction::up) {}

PearsonCorrelation::PearsonCorrelation(AxisMetricOptions options)
    : MeanMetricWrapper([axis = options.axis](Node t, Node p) { return pearson(t, p, axis); },
                        {std::move(options.name)}, "pearson_correlation", Direction::up) {}

ConcordanceCorrelation::ConcordanceCorrelation(AxisMetricOptions options)
    : MeanMetricWrapper([axis = options.axis](Node t, Node p) { return concordance(t, p, axis); },
                        {std::move(options.name)}, "concordance_correlation", Direction::up) {}

BinaryCrossentropy::BinaryCrossentropy(BinaryCrossentropyOptions options)
    : MeanMetricWrapper(
          [loss = losses::BinaryCrossentropyArguments{.from_logits = options.from_logits,
                                                      .label_smoothing = options.label_smoothing}](
              Node t, Node p) { return losses::binary_crossentropy(t, p, loss); },
          {std::move(options.name)}, "binary_crossentropy", Direction::down) {}

CategoricalCrossentropy::CategoricalCrossentropy(CategoricalCrossentropyOptions options)
    : MeanMetricWrapper(
          [loss =
               losses::CategoricalCrossentropyArguments{.from_logits = options.from_logits,
                                                        .label_smoothing = options.label_smoothing,
                                                        .axis = options.axis}](Node t, Node p) {
            return losses::categorical_crossentropy(t, p, loss);
          },
          {std::move(options.name)}, "categorical_crossentropy", Direction::down) {}

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(
    SparseCategoricalCrossentropyOptions options)
    : MeanMetricWrapper(
          [loss =
               losses::SparseCategoricalCrossentropyArguments{.from_logits = options.from_logits,
                                                              .ignore_class = options.ignore_class,
                                                              .axis = options.axis}](
              Node t, Node p) { return losses::sparse_categorical_crossentropy(t, p, loss); },
          {std::move(options.name)}, "sparse_categorical_crossentropy", Direction::down),
      ignore_class_(options.ignore_class) {}

void SparseCategoricalCrossentropy::update_on_tape(Node y_true, Node y_pred,
                                                   const Tensor& sample_weight) {
  MeanMetricWrapper::update_on_tape(y_true, y_pred, without_ignored(y_true.value(), sample_weight));
}

const Tensor& SparseCategoricalCrossentropy::without_ignored(const Tensor& y_true,
                                                             const Tensor& sample_weight) {
  if (!ignore_class_ || !sample_weight.defined()) return sample_weight;
  const Weights weights(name, sample_weight, y_true.shape());
  weights_.resize(y_true.shape());
  for (std::size_t i = 0; i < y_true.size(); ++i) {
    const bool ignored = y_true.data()[i] == static_cast<float>(*ignore_class_);
    weights_.data()[i] = ignored ? 0 : static_cast<float>(weights[i]);
  }
  return weights_;
}

}  // namespace keratin::metrics
