#include "keratin/check.hpp"
#include "keratin/constraints.hpp"

namespace keratin::constraints {

namespace {

constexpr float epsilon = 1e-7f;  // Keras's backend.epsilon()

Node norms_of(Node w, const Axes& axis) {
  return ops::sqrt(ops::sum(ops::square(w), axis, /*keepdims=*/true));
}

}  // namespace

Node NonNeg::operator()(Node w) const { return ops::maximum(w, 0); }

Node UnitNorm::operator()(Node w) const { return w / (epsilon + norms_of(w, options().axis)); }

MaxNorm::MaxNorm(MaxNormOptions given) : Configured(given) {
  check(given.max_value >= 0, "max_norm", "max_value is ", given.max_value, ", wanted 0 or more");
}

Node MaxNorm::operator()(Node w) const {
  const Node norms = norms_of(w, options().axis);
  const Node wanted = ops::clip(norms, 0, static_cast<float>(options().max_value));
  return w * (wanted / (epsilon + norms));
}

MinMaxNorm::MinMaxNorm(MinMaxNormOptions given) : Configured(given) {
  check(given.min_value >= 0 && given.min_value <= given.max_value, "min_max_norm", "min_value is ",
        given.min_value, " and max_value ", given.max_value,
        ", wanted 0 <= min_value <= max_value");
}

Node MinMaxNorm::operator()(Node w) const {
  const Node norms = norms_of(w, options().axis);
  const Node inside = ops::clip(norms, static_cast<float>(options().min_value),
                                static_cast<float>(options().max_value));
  const auto rate = static_cast<float>(options().rate);
  const auto rest = static_cast<float>(1 - options().rate);
  return w * ((rate * inside + rest * norms) / (epsilon + norms));
}

}  // namespace keratin::constraints
