#pragma once
// Losses on numbers.

#include "keratin/losses/loss.hpp"

namespace keratin::losses {

/// mean((y_true - y_pred)^2)
Node mean_squared_error(Node y_true, Node y_pred);
Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred);
struct MeanSquaredError : Loss {
  explicit MeanSquaredError(LossOptions options = {});
};

/// mean(|y_true - y_pred|)
Node mean_absolute_error(Node y_true, Node y_pred);
Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred);
struct MeanAbsoluteError : Loss {
  explicit MeanAbsoluteError(LossOptions options = {});
};

/// 100 mean(|(y_true - y_pred) / max(|y_true|, 1e-7)|)
Node mean_absolute_percentage_error(Node y_true, Node y_pred);
Tensor mean_absolute_percentage_error(const Tensor& y_true, const Tensor& y_pred);
struct MeanAbsolutePercentageError : Loss {
  explicit MeanAbsolutePercentageError(LossOptions options = {});
};

/// mean((log(y_true + 1) - log(y_pred + 1))^2), both at least 1e-7
Node mean_squared_logarithmic_error(Node y_true, Node y_pred);
Tensor mean_squared_logarithmic_error(const Tensor& y_true, const Tensor& y_pred);
struct MeanSquaredLogarithmicError : Loss {
  explicit MeanSquaredLogarithmicError(LossOptions options = {});
};

struct CosineSimilarityOptions {
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
/// Minus the sum of the products of both scaled to length 1: -1 for the same direction, 0 for a
/// zero vector. Vectors shorter than 1e-7 are scaled by 1e7 (TF-Keras 2.9: shorter than 1e-6, by
/// 1e6).
Node cosine_similarity(Node y_true, Node y_pred, const CosineSimilarityOptions& options = {});
Tensor cosine_similarity(const Tensor& y_true, const Tensor& y_pred,
                         const CosineSimilarityOptions& options = {});
struct CosineSimilarity : Loss {
  explicit CosineSimilarity(CosineSimilarityOptions options = {});
};

struct HuberOptions {
  double delta = 1;
  Reduction reduction = {};
  std::string name = "";
};
/// mean of e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2; e = y_pred - y_true
Node huber(Node y_true, Node y_pred, const HuberOptions& options = {});
Tensor huber(const Tensor& y_true, const Tensor& y_pred, const HuberOptions& options = {});
struct Huber : Loss {
  explicit Huber(HuberOptions options = {});
};

/// mean(log(cosh(y_pred - y_true)))
Node log_cosh(Node y_true, Node y_pred);
Tensor log_cosh(const Tensor& y_true, const Tensor& y_pred);
struct LogCosh : Loss {
  explicit LogCosh(LossOptions options = {});
};

/// mean(y_pred - y_true log(y_pred + 1e-7)); NaN below y_pred = -1e-7
Node poisson(Node y_true, Node y_pred);
Tensor poisson(const Tensor& y_true, const Tensor& y_pred);
struct Poisson : Loss {
  explicit Poisson(LossOptions options = {});
};

/// sum(y_true log(y_true / y_pred)), both clipped to [1e-7, 1]
Node kl_divergence(Node y_true, Node y_pred);
Tensor kl_divergence(const Tensor& y_true, const Tensor& y_pred);
struct KLDivergence : Loss {
  explicit KLDivergence(LossOptions options = {});
};

}  // namespace keratin::losses
