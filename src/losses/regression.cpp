#include "keratin/losses/regression.hpp"

#include <algorithm>
#include <cmath>

#include "keratin/check.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "losses/shapes.hpp"

namespace keratin::losses {

namespace {

constexpr float epsilon = 1e-7f;

// x / max(|x|, epsilon) along an axis, with the gradient in closed form: composed of sums and roots
// it would lose the digits of a short vector and be NaN for a zero one.
Node unit(Node x, int axis) {
  const std::size_t at = x.shape().axis(axis, "cosine_similarity"), n = x.shape()[at];
  std::size_t step = 1;  // between a vector's elements
  for (std::size_t i = at + 1; i < x.shape().size(); ++i) step *= x.shape()[i];
  const auto each_vector = [n, step](std::size_t size, const auto& visit) {
    for (std::size_t block = 0; block < size; block += n * step)
      for (std::size_t i = 0; i < step; ++i) visit(block + i);
  };
  const auto inverse_length = [n, step](const float* x) {
    float total = 0;
    for (std::size_t i = 0; i < n; ++i) total += x[i * step] * x[i * step];
    return 1 / std::sqrt(total);
  };
  return record(
      {x}, x.shape(),
      [&](Tensor& y) {
        each_vector(y.size(), [&](std::size_t first) {
          const float* in = x.value().data() + first;
          const float scale = std::min(inverse_length(in), 1 / epsilon);
          for (std::size_t i = 0; i < n; ++i) y.data()[first + i * step] = in[i * step] * scale;
        });
      },
      [=](const Tensor& y, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          each_vector(y.size(), [&](std::size_t first) {
            const float inverse = inverse_length(x.value().data() + first),
                        scale = std::min(inverse, 1 / epsilon);
            float along = 0;  // what would only change the length; a vector on the floor may grow
            for (std::size_t i = first; i < first + n * step && !(inverse > 1 / epsilon); i += step)
              along += dy.data()[i] * y.data()[i];
            for (std::size_t i = first; i < first + n * step; i += step)
              dx.data()[i] =
                  (keep ? dx.data()[i] : 0) + scale * (dy.data()[i] - along * y.data()[i]);
          });
        });
      });
}

}  // namespace

Node mean_squared_error(Node y_true, Node y_pred) {
  const auto [t, p] = matched("mean_squared_error", y_true, y_pred);
  return ops::mean(ops::square(t - p), -1);
}
Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return mean_squared_error(t, p); });
}
MeanSquaredError::MeanSquaredError(LossOptions options)
    : Loss(
          "mean_squared_error", [](Node t, Node p) { return mean_squared_error(t, p); },
          std::move(options), same_shape("mean_squared_error")) {}

Node mean_absolute_error(Node y_true, Node y_pred) {
  const auto [t, p] = matched("mean_absolute_error", y_true, y_pred);
  return ops::mean(ops::abs(t - p), -1);
}
Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return mean_absolute_error(t, p); });
}
MeanAbsoluteError::MeanAbsoluteError(LossOptions options)
    : Loss(
          "mean_absolute_error", [](Node t, Node p) { return mean_absolute_error(t, p); },
          std::move(options), same_shape("mean_absolute_error")) {}

Node mean_absolute_percentage_error(Node y_true, Node y_pred) {
  const auto [t, p] = matched("mean_absolute_percentage_error", y_true, y_pred);
  return 100.0f * ops::mean(ops::abs((t - p) / ops::maximum(ops::abs(t), epsilon)), -1);
}
Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred,
                    [](Node t, Node p) { return mean_absolute_percentage_error(t, p); });
}
MeanAbsolutePercentageError::MeanAbsolutePercentageError(LossOptions options)
    : Loss(
          "mean_absolute_percentage_error",
          [](Node t, Node p) { return mean_absolute_percentage_error(t, p); }, std::move(options),
          same_shape("mean_absolute_percentage_error")) {}

Node mean_squared_logarithmic_error(Node y_true, Node y_pred) {
  const auto [t, p] = matched("mean_squared_logarithmic_error", y_true, y_pred);
  const auto log_of = [](Node x) { return ops::log(ops::maximum(x, epsilon) + 1.0f); };
  return ops::mean(ops::square(log_of(p) - log_of(t)), -1);
}
Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred,
                    [](Node t, Node p) { return mean_squared_logarithmic_error(t, p); });
}
MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(LossOptions options)
    : Loss(
          "mean_squared_logarithmic_error",
          [](Node t, Node p) { return mean_squared_logarithmic_error(t, p); }, std::move(options),
          same_shape("mean_squared_logarithmic_error")) {}

Node cosine_similarity(Node y_true, Node y_pred, const CosineSimilarityOptions& options) {
  const auto [t, p] = matched("cosine_similarity", y_true, y_pred);
  return -ops::sum(unit(t, options.axis) * unit(p, options.axis), options.axis);
}
Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred,
                         const CosineSimilarityOptions& options) {
  return on_tensors(y_true, y_pred,
                    [&](Node t, Node p) { return cosine_similarity(t, p, options); });
}
CosineSimilarity::CosineSimilarity(CosineSimilarityOptions options)
    : Loss(
          "cosine_similarity",
          [options](Node t, Node p) { return cosine_similarity(t, p, options); },
          {options.reduction, options.name}, same_shape("cosine_similarity")) {}

// With c = clip(e, -delta, delta) both branches are c (e - c / 2), and so are their gradients.
Node huber(Node y_true, Node y_pred, const HuberOptions& options) {
  check(options.delta >= 0, "huber", "delta is ", options.delta, ", wanted 0 or more");
  const auto [t, p] = matched("huber", y_true, y_pred);
  const float delta = static_cast<float>(options.delta);
  const Node error = p - t, near = ops::clip(error, -delta, delta);
  return ops::mean(near * (error - 0.5f * near), -1);
}
Tensor huber(const Tensor& y_true, const Tensor& y_pred, const HuberOptions& options) {
  return on_tensors(y_true, y_pred, [&](Node t, Node p) { return huber(t, p, options); });
}
Huber::Huber(HuberOptions options)
    : Loss(
          "huber_loss", [options](Node t, Node p) { return huber(t, p, options); },
          {options.reduction, options.name}, same_shape("huber")) {}

// x + softplus(-2x) - log(2): no size of x overflows.
Node log_cosh(Node y_true, Node y_pred) {
  const auto [t, p] = matched("log_cosh", y_true, y_pred);
  const Node error = p - t;
  return ops::mean(error + ops::softplus(-2.0f * error) - std::log(2.0f), -1);
}
Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return log_cosh(t, p); });
}
LogCosh::LogCosh(LossOptions options)
    : Loss(
          "log_cosh", [](Node t, Node p) { return log_cosh(t, p); }, std::move(options),
          same_shape("log_cosh")) {}

Node poisson(Node y_true, Node y_pred) {
  const auto [t, p] = matched("poisson", y_true, y_pred);
  return ops::mean(p - t * ops::log(p + epsilon), -1);
}
Tensor poisson(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return poisson(t, p); });
}
Poisson::Poisson(LossOptions options)
    : Loss(
          "poisson", [](Node t, Node p) { return poisson(t, p); }, std::move(options),
          same_shape("poisson")) {}

Node kl_divergence(Node y_true, Node y_pred) {
  const auto [t, p] = matched("kl_divergence", y_true, y_pred);
  const Node truth = ops::clip(t, epsilon, 1), guess = ops::clip(p, epsilon, 1);
  return ops::sum(truth * ops::log(truth / guess), -1);
}
Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred) {
  return on_tensors(y_true, y_pred, [](Node t, Node p) { return kl_divergence(t, p); });
}
KLDivergence::KLDivergence(LossOptions options)
    : Loss(
          "kl_divergence", [](Node t, Node p) { return kl_divergence(t, p); }, std::move(options),
          same_shape("kl_divergence")) {}

}  // namespace keratin::losses
