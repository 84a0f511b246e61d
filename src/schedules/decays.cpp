#include "keratin/schedules/decays.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "schedules/steps.hpp"

namespace keratin::optimizers::schedules {

namespace {

// How many times decay_steps have passed.
template <class Options>
float periods(long step, const Options& options) {
  const float passed = static_cast<float>(step) / static_cast<float>(options.decay_steps);
  return options.staircase ? std::floor(passed) : passed;
}

}  // namespace

ExponentialDecay::ExponentialDecay(ExponentialDecayOptions given) : Configured(std::move(given)) {
  check_steps("exponential_decay", "decay_steps", options().decay_steps);
}

double ExponentialDecay::operator()(long step) const {
  return static_cast<float>(options().initial_learning_rate) *
         std::pow(static_cast<float>(options().decay_rate), periods(step, options()));
}

InverseTimeDecay::InverseTimeDecay(InverseTimeDecayOptions given) : Configured(std::move(given)) {
  check_steps("inverse_time_decay", "decay_steps", options().decay_steps);
}

double InverseTimeDecay::operator()(long step) const {
  return static_cast<float>(options().initial_learning_rate) /
         (1 + static_cast<float>(options().decay_rate) * periods(step, options()));
}

PolynomialDecay::PolynomialDecay(PolynomialDecayOptions given) : Configured(std::move(given)) {
  check_steps("polynomial_decay", "decay_steps", options().decay_steps);
}

double PolynomialDecay::operator()(long step) const {
  const auto start = static_cast<float>(options().initial_learning_rate);
  const auto end = static_cast<float>(options().end_learning_rate);
  const auto steps = static_cast<float>(options().decay_steps);
  const auto now = static_cast<float>(step);
  const float length = options().cycle && step > 0 ? steps * std::ceil(now / steps) : steps;
  const float left = 1 - std::min(now, length) / length;
  return (start - end) * std::pow(left, static_cast<float>(options().power)) + end;
}

PiecewiseConstantDecay::PiecewiseConstantDecay(PiecewiseConstantDecayOptions given)
    : Configured(std::move(given)) {
  const std::vector<long>& boundaries = options().boundaries;
  const std::size_t values = options().values.size();
  check(values == boundaries.size() + 1, "piecewise_constant_decay", "got ", boundaries.size(),
        " boundaries and ", values, " values, wanted one value more than boundaries");
  const auto falls = std::adjacent_find(boundaries.begin(), boundaries.end(), std::greater_equal());
  check(falls == boundaries.end(), "piecewise_constant_decay",
        "the boundaries do not increase from one to the next");
}

double PiecewiseConstantDecay::operator()(long step) const {
  const std::vector<long>& boundaries = options().boundaries;
  const auto passed = std::lower_bound(boundaries.begin(), boundaries.end(), step);
  return options().values[static_cast<std::size_t>(passed - boundaries.begin())];
}

}  // namespace keratin::optimizers::schedules
