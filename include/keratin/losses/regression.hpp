#pragma once
// Losses on numbers.

#include "keratin/losses/built_in_loss.hpp"

namespace KERATIN_API keratin {
namespace losses {

/// mean((y_true - y_pred)^2)
extern const LossFunction<> mean_squared_error;

/// The class of mean_squared_error, which weighs and reduces its values.
class MeanSquaredError : public BuiltInLoss<LossOptions> {
 public:
  explicit MeanSquaredError(LossOptions options = {});
};

/// mean(|y_true - y_pred|)
extern const LossFunction<> mean_absolute_error;

/// The class of mean_absolute_error, which weighs and reduces its values.
class MeanAbsoluteError : public BuiltInLoss<LossOptions> {
 public:
  explicit MeanAbsoluteError(LossOptions options = {});
};

/// 100 mean(|(y_true - y_pred) / max(|y_true|, 1e-7)|)
extern const LossFunction<> mean_absolute_percentage_error;

/// The class of mean_absolute_percentage_error, which weighs and reduces its values.
class MeanAbsolutePercentageError : public BuiltInLoss<LossOptions> {
 public:
  explicit MeanAbsolutePercentageError(LossOptions options = {});
};

/// mean((log(y_true + 1) - log(y_pred + 1))^2), where both are at least 1e-7
extern const LossFunction<> mean_squared_logarithmic_error;

/// The class of mean_squared_logarithmic_error, which weighs and reduces its values.
class MeanSquaredLogarithmicError : public BuiltInLoss<LossOptions> {
 public:
  explicit MeanSquaredLogarithmicError(LossOptions options = {});
};

struct CosineSimilarityArguments {
  int axis = -1;  // along which the vectors lie
};
/// Minus the cosine of the angle between y_true and y_pred: -1 for the same direction, 0 where one
/// of them is zero. Vectors shorter than 1e-7 count as having that length (TF-Keras 2.9: 1e-6).
extern const LossFunction<CosineSimilarityArguments> cosine_similarity;

struct CosineSimilarityOptions {
  int axis = -1;
  Reduction reduction = {};
  std::string name = "";
};
template <class V>
void fields(V& v, CosineSimilarityOptions& o) {
  v("axis", o.axis);
  v("reduction", o.reduction);
  v("name", o.name);
}
/// The class of cosine_similarity, which weighs and reduces its values.
class CosineSimilarity : public BuiltInLoss<CosineSimilarityOptions, CosineSimilarityArguments> {
 public:
  explicit CosineSimilarity(CosineSimilarityOptions options = {});
};

struct HuberArguments {
  double delta = 1;  // where the square turns into a line; 0 or more
};
/// mean of e^2 / 2 where |e| <= delta, else of delta |e| - delta^2 / 2; e = y_pred - y_true
extern const LossFunction<HuberArguments> huber;

struct HuberOptions {
  double delta = 1;
  Reduction reduction = {};
  std::string name = "";
};
template <class V>
void fields(V& v, HuberOptions& o) {
  v("delta", o.delta);
  v("reduction", o.reduction);
  v("name", o.name);
}
/// Its default name is huber_loss, as in Keras.
class Huber : public BuiltInLoss<HuberOptions, HuberArguments> {
 public:
  explicit Huber(HuberOptions options = {});
};

/// mean(log(cosh(y_pred - y_true)))
extern const LossFunction<> log_cosh;

/// The class of log_cosh, which weighs and reduces its values.
class LogCosh : public BuiltInLoss<LossOptions> {
 public:
  explicit LogCosh(LossOptions options = {});
};

/// mean(y_pred - y_true log(y_pred + 1e-7)); NaN for y_pred below -1e-7
extern const LossFunction<> poisson;

/// The class of poisson, which weighs and reduces its values.
class Poisson : public BuiltInLoss<LossOptions> {
 public:
  explicit Poisson(LossOptions options = {});
};

/// sum(y_true log(y_true / y_pred)), where both are clipped to [1e-7, 1]
extern const LossFunction<> kl_divergence;

/// The class of kl_divergence, which weighs and reduces its values.
class KLDivergence : public BuiltInLoss<LossOptions> {
 public:
  explicit KLDivergence(LossOptions options = {});
};

}  // namespace losses
}  // namespace keratin
