#pragma once
// The update rules of optimizers for one weight and what is remembered of it, written on xsimd
// batches, so that one source serves every instruction set. A rule's members are its parameters;
// `slots` is the number of tensors it remembers. Formulas are at the optimizers' declarations.
//
// Powers of beta, of momentum and the like are prepared by the optimizers. Names: `keep_x` is the
// share of the old value in a moving average and `rate_x` that of the new one.

#include <cmath>
#include <tuple>

#include "kernels/functions.hpp"

namespace keratin::kernels {

namespace rules {

template <bool with_momentum, bool centered>
struct RMSprop {
  static constexpr std::size_t slots = 1 + with_momentum + centered;
  float learning_rate, keep, rate, momentum, epsilon;
  template <class B, class... Rest>
  void operator()(B& w, B g, B& velocity, Rest&... rest) const {
    velocity = B(keep) * velocity + B(rate) * (g * g);
    B variance = velocity;
    const std::tuple<Rest&...> others(rest...);
    if constexpr (centered) {
      B& average = std::get<with_momentum>(others);
      average = B(keep) * average + B(rate) * g;
      variance -= average * average;
    }
    B change = B(learning_rate) * g / xsimd::sqrt(variance + B(epsilon));
    if constexpr (with_momentum) {
      B& accumulated = std::get<0>(others);
      change += B(momentum) * accumulated;
      accumulated = change;
    }
    w -= change;
  }
};

struct AdamAmsgrad {
  static constexpr std::size_t slots = 3;
  float learning_rate, rate_1, rate_2, epsilon;
  template <class B>
  void operator()(B& w, B g, B& m, B& v, B& largest) const {
    m += (g - m) * B(rate_1);
    v += (g * g - v) * B(rate_2);
    largest = functions::Maximum::value(largest, v);
    w -= m * B(learning_rate) / (xsimd::sqrt(largest) + B(epsilon));
  }
};

struct Adamax {
  static constexpr std::size_t slots = 2;
  float learning_rate, rate_1, keep_2, correction_1, epsilon;
  template <class B>
  void operator()(B& w, B g, B& m, B& norm) const {
    m += (g - m) * B(rate_1);
    norm = functions::Maximum::value(B(keep_2) * norm, xsimd::abs(g));
    w -= B(learning_rate) * m / (B(correction_1) * (norm + B(epsilon)));
  }
};

struct Nadam {
  static constexpr std::size_t slots = 2;
  float learning_rate, rate_1, rate_2, of_momentum, of_gradient, correction_2, epsilon;
  template <class B>
  void operator()(B& w, B g, B& m, B& v) const {
    m += (g - m) * B(rate_1);
    v += (g * g - v) * B(rate_2);
    const B direction = B(of_momentum) * m + B(of_gradient) * g;
    w -= direction * B(learning_rate) / (xsimd::sqrt(v / B(correction_2)) + B(epsilon));
  }
};

struct Adagrad {
  static constexpr std::size_t slots = 1;
  float learning_rate, epsilon;
  template <class B>
  void operator()(B& w, B g, B& accumulator) const {
    accumulator += g * g;
    w -= B(learning_rate) * g / xsimd::sqrt(accumulator + B(epsilon));
  }
};

struct Adadelta {
  static constexpr std::size_t slots = 2;
  float learning_rate, keep, rate, epsilon;
  template <class B>
  void operator()(B& w, B g, B& gradients, B& changes) const {
    gradients = B(keep) * gradients + B(rate) * (g * g);
    const B root = xsimd::sqrt(changes + B(epsilon)) / xsimd::sqrt(gradients + B(epsilon));
    const B change = -(root * g);
    changes = B(keep) * changes + B(rate) * (change * change);
    w += B(learning_rate) * change;
  }
};

struct Ftrl {
  static constexpr std::size_t slots = 2;
  float learning_rate, power, l1, two_l2, two_shrinkage;
  template <class B>
  void operator()(B& w, B g, B& accumulator, B& linear) const {
    const B used = g + B(two_shrinkage) * w;
    const B sum = accumulator + g * g;
    const B raised = raise(sum);
    linear += used - (raised - raise(accumulator)) / B(learning_rate) * w;
    const B quadratic = raised / B(learning_rate) + B(two_l2);
    w = (functions::Clip::value(linear, B(-l1), B(l1)) - linear) / quadratic;
    accumulator = sum;
  }
  template <class B>
  B raise(B x) const {
    if (power == 0.5f) return xsimd::sqrt(x);
    alignas(64) float lanes[B::size];
    x.store_aligned(lanes);
    for (float& lane : lanes) lane = std::pow(lane, power);
    return B::load_aligned(lanes);
  }
};

struct Lion {
  static constexpr std::size_t slots = 1;
  float learning_rate, keep_1, rate_1, keep_2, rate_2;
  template <class B>
  void operator()(B& w, B g, B& m) const {
    const B direction = m * B(keep_1) + g * B(rate_1);
    w -= B(learning_rate) * functions::Sign::value(direction, direction, direction);
    m = m * B(keep_2) + g * B(rate_2);
  }
};

/// Gives the direction of a Lamb step instead of changing weights.
struct LambDirection {
  static constexpr std::size_t slots = 2;
  float rate_1, rate_2, correction_1, correction_2, epsilon;
  template <class B>
  void operator()(B& direction, B g, B& m, B& v) const {
    m += (g - m) * B(rate_1);
    v += (g * g - v) * B(rate_2);
    direction = m / B(correction_1) / (xsimd::sqrt(v / B(correction_2)) + B(epsilon));
  }
};

/// Gives g / sqrt(v), and 0 where g is 0.
struct DivideByRoot {
  static constexpr std::size_t slots = 1;
  template <class B>
  void operator()(B& quotient, B g, B& v) const {
    quotient = xsimd::select(g == B(0), B(0), g / xsimd::sqrt(v));
  }
};

/// Gives a y + b x for other uses than updates: y takes the weights' place, x the gradients'.
struct Linear {
  static constexpr std::size_t slots = 0;
  float a, b;
  template <class B>
  void operator()(B& y, B x) const {
    y = B(a) * y + B(b) * x;
  }
};

}  // namespace rules

using Rules =
    std::tuple<rules::RMSprop<false, false>, rules::RMSprop<false, true>,
               rules::RMSprop<true, false>, rules::RMSprop<true, true>, rules::AdamAmsgrad,
               rules::Adamax, rules::Nadam, rules::Adagrad, rules::Adadelta, rules::Ftrl,
               rules::Lion, rules::LambDirection, rules::DivideByRoot, rules::Linear>;

}  // namespace keratin::kernels
