#include "keratin/metrics/correlations.hpp"

#include "keratin/ops.hpp"
#include "metrics/options.hpp"
#include "metrics/shapes.hpp"

namespace keratin::metrics {

namespace {

Node centered(Node x, int axis) { return x - ops::mean(x, axis, true); }

Node variance(Node x, int axis) { return ops::mean(ops::square(centered(x, axis)), axis, true); }

Node z_score(Node x, int axis) { return centered(x, axis) / ops::sqrt(variance(x, axis)); }

Node pearson(Node y_true, Node y_pred, int axis) {
  const Shape shape = common_shape("pearson_correlation", y_true.shape(), y_pred.shape());
  const Node t = ops::reshape(y_true, shape);
  const Node p = ops::reshape(y_pred, shape);
  return ops::mean(z_score(t, axis) * z_score(p, axis), axis);
}

Node concordance(Node y_true, Node y_pred, int axis) {
  const Shape shape = common_shape("concordance_correlation", y_true.shape(), y_pred.shape());
  const Node t = ops::reshape(y_true, shape);
  const Node p = ops::reshape(y_pred, shape);
  const Node mean_t = ops::mean(t, axis, true);
  const Node mean_p = ops::mean(p, axis, true);
  // Keras centers both by the mean of y_pred.
  const Node product = (t - mean_p) * (p - mean_p);
  const Node norm = variance(t, axis) + variance(p, axis) + ops::square(mean_t - mean_p);
  return ops::mean(2.0f * product / (norm + 1e-7f), axis);
}

}  // namespace

CosineSimilarity::CosineSimilarity(AxisMetricOptions options)
    : Configured(options, name_or(options.name, "cosine_similarity"), Direction::up,
                 [axis = options.axis](Node t, Node p) {
                   return -losses::cosine_similarity(t, p, {.axis = axis});
                 }) {}

PearsonCorrelation::PearsonCorrelation(AxisMetricOptions options)
    : Configured(options, name_or(options.name, "pearson_correlation"), Direction::up,
                 [axis = options.axis](Node t, Node p) { return pearson(t, p, axis); }) {}

ConcordanceCorrelation::ConcordanceCorrelation(AxisMetricOptions options)
    : Configured(options, name_or(options.name, "concordance_correlation"), Direction::up,
                 [axis = options.axis](Node t, Node p) { return concordance(t, p, axis); }) {}

}  // namespace keratin::metrics
