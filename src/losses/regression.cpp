#include "keratin/losses/regression.hpp"

#include <cmath>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "losses/epsilon.hpp"

namespace keratin::losses {

namespace {}  // namespace

constinit const LossFunction<> mean_squared_error("mean_squared_error", Labels::numbers,
                                                  [](Node t, Node p, const NoArguments&) {
                                                    return ops::mean(ops::square(t - p), -1);
                                                  });
MeanSquaredError::MeanSquaredError(LossOptions options)
    : BuiltInLoss(std::move(options), mean_squared_error) {}

constinit const LossFunction<> mean_absolute_error("mean_absolute_error", Labels::numbers,
                                                   [](Node t, Node p, const NoArguments&) {
                                                     return ops::mean(ops::abs(t - p), -1);
                                                   });
MeanAbsoluteError::MeanAbsoluteError(LossOptions options)
    : BuiltInLoss(std::move(options), mean_absolute_error) {}

constinit const LossFunction<> mean_absolute_percentage_error(
    "mean_absolute_percentage_error", Labels::numbers, [](Node t, Node p, const NoArguments&) {
      return 100.0f * ops::mean(ops::abs((t - p) / ops::maximum(ops::abs(t), epsilon)), -1);
    });
MeanAbsolutePercentageError::MeanAbsolutePercentageError(LossOptions options)
    : BuiltInLoss(std::move(options), mean_absolute_percentage_error) {}

constinit const LossFunction<> mean_squared_logarithmic_error(
    "mean_squared_logarithmic_error", Labels::numbers, [](Node t, Node p, const NoArguments&) {
      const auto log_of = [](Node x) { return ops::log(ops::maximum(x, epsilon) + 1.0f); };
      return ops::mean(ops::square(log_of(p) - log_of(t)), -1);
    });
MeanSquaredLogarithmicError::MeanSquaredLogarithmicError(LossOptions options)
    : BuiltInLoss(std::move(options), mean_squared_logarithmic_error) {}

// With near = clip(error, -delta, delta), both branches are near (error - near / 2), and so are
// their gradients.
constinit const LossFunction<HuberArguments> huber(
    "huber", Labels::numbers, [](Node t, Node p, const HuberArguments& arguments) {
      check(arguments.delta >= 0, "huber", "delta is ", arguments.delta, ", wanted 0 or more");
      const float delta = static_cast<float>(arguments.delta);
      const Node error = p - t;
      const Node near = ops::clip(error, -delta, delta);
      return ops::mean(near * (error - 0.5f * near), -1);
    });
Huber::Huber(HuberOptions options)
    : BuiltInLoss(with_default_name(options, "huber_loss"), huber, {.delta = options.delta}) {}

// log(cosh(x)) as x + softplus(-2 x) - log(2), in which no x overflows.
constinit const LossFunction<> log_cosh(
    "log_cosh", Labels::numbers, [](Node t, Node p, const NoArguments&) {
      const Node error = p - t;
      return ops::mean(error + ops::softplus(-2.0f * error) - std::log(2.0f), -1);
    });
LogCosh::LogCosh(LossOptions options) : BuiltInLoss(std::move(options), log_cosh) {}

constinit const LossFunction<> poisson("poisson", Labels::numbers,
                                       [](Node t, Node p, const NoArguments&) {
                                         return ops::mean(p - t * ops::log(p + epsilon), -1);
                                       });
Poisson::Poisson(LossOptions options) : BuiltInLoss(std::move(options), poisson) {}

constinit const LossFunction<> kl_divergence("kl_divergence", Labels::numbers,
                                             [](Node t, Node p, const NoArguments&) {
                                               const Node truth = ops::clip(t, epsilon, 1);
                                               const Node prediction = ops::clip(p, epsilon, 1);
                                               return ops::sum(truth * ops::log(truth / prediction),
                                                               -1);
                                             });
KLDivergence::KLDivergence(LossOptions options) : BuiltInLoss(std::move(options), kl_divergence) {}

}  // namespace keratin::losses
