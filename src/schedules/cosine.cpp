#include "keratin/schedules/cosine.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "schedules/steps.hpp"

namespace keratin::optimizers::schedules {

namespace {

// From 1 to 0 as `fraction` goes from 0 to 1.
float half_cosine(float fraction) {
  return 0.5f * (1 + std::cos(std::numbers::pi_v<float> * fraction));
}

struct Period {
  float number;    // of restarts before it
  float fraction;  // how much of it has passed
};

// `passed` is counted in first periods, and each period is t_mul times as long as the last.
Period period_at(float passed, float t_mul) {
  if (t_mul == 1) return {std::floor(passed), passed - std::floor(passed)};
  const float number = std::floor(std::log(1 - passed * (1 - t_mul)) / std::log(t_mul));
  const float length = std::pow(t_mul, number);
  const float start = (1 - length) / (1 - t_mul);
  return {number, (passed - start) / length};
}

}  // namespace

CosineDecay::CosineDecay(CosineDecayOptions given) : Configured(std::move(given)) {
  check_steps("cosine_decay", "decay_steps", options().decay_steps);
  check(options().warmup_steps >= 0, "cosine_decay", "warmup_steps is ", options().warmup_steps,
        ", wanted 0 or more");
}

double CosineDecay::operator()(long step) const {
  const auto initial = static_cast<float>(options().initial_learning_rate);
  const auto target = static_cast<float>(options().warmup_target.value_or(initial));
  const auto alpha = static_cast<float>(options().alpha);
  const auto steps = static_cast<float>(options().decay_steps);
  const auto warmup = static_cast<float>(options().warmup_target ? options().warmup_steps : 0);
  const auto now = std::min(static_cast<float>(step), steps + warmup);
  if (now < warmup) return (target - initial) * (now / warmup) + initial;
  return target * ((1 - alpha) * half_cosine((now - warmup) / steps) + alpha);
}

CosineDecayRestarts::CosineDecayRestarts(CosineDecayRestartsOptions given)
    : Configured(std::move(given)) {
  check_steps("cosine_decay_restarts", "first_decay_steps", options().first_decay_steps);
}

double CosineDecayRestarts::operator()(long step) const {
  const auto initial = static_cast<float>(options().initial_learning_rate);
  const auto alpha = static_cast<float>(options().alpha);
  const float passed = static_cast<float>(step) / static_cast<float>(options().first_decay_steps);
  const Period period = period_at(passed, static_cast<float>(options().t_mul));
  const float height = std::pow(static_cast<float>(options().m_mul), period.number);
  return initial * ((1 - alpha) * height * half_cosine(period.fraction) + alpha);
}

}  // namespace keratin::optimizers::schedules
