#include "keratin/activations/functions.hpp"

#include <cmath>

#include "keratin/check.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"

namespace keratin::activations {

namespace {

Node scalar(GradientTape& tape, float value) {
  return tape.make({}, [value](Tensor& y) { y.data()[0] = value; });
}

// A condition for ops::where(): not 0 where x > 0, and not where x is NaN, which thus takes the
// branch that passes it on.
Node above_zero(Node x) { return ops::relu(x); }

// min(max(x, 0), high). Its gradient is 0 at both ends, corners included, where that of ops::clip()
// is not.
Node ramp(Node x, float high) {
  return ops::where(above_zero(high - x), ops::relu(x), scalar(x.tape(), high));
}

// x above the limit, else 0
Node relu_above(Node x, float limit) { return limit == 0 ? ops::relu(x) : threshold(x, limit, 0); }

// x / (1 + |x|). It is an op of its own: composed of others, its gradient 1 / (1 + |x|)^2 would be
// the difference of two almost equal numbers.
Node divide_by_one_more(Node x) {
  return record(
      {x}, x.shape(),
      [&](Tensor& y) {
        const float* in = x.value().data();
        for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = in[i] / (1 + std::fabs(in[i]));
      },
      [x](const Tensor&, const Tensor& dy) {
        const float* in = x.value().data();
        accumulate_each(x, [&](std::size_t i) {
          const float r = 1 / (1 + std::fabs(in[i]));
          return dy.data()[i] * r * r;
        });
      });
}

}  // namespace

constinit const UnaryFunction<> linear("linear", [](Node x, const NoOptions&) { return x; });

constinit const UnaryFunction<ReluOptions> relu("relu", [](Node x, const ReluOptions& options) {
  const auto slope = static_cast<float>(options.negative_slope);
  const auto limit = static_cast<float>(options.threshold);
  if (slope != 0 && !options.max_value && limit == 0)
    return leaky_relu(x, {.negative_slope = options.negative_slope});
  const bool is_relu6 = limit == 0 && options.max_value == 6.0;
  Node y = is_relu6 ? relu6(x) : relu_above(x, limit);
  if (options.max_value) y = ops::clip(y, 0, static_cast<float>(*options.max_value));
  return slope != 0 ? y - slope * ops::relu(limit - x) : y;
});

constinit const UnaryFunction<> relu6("relu6", [](Node x, const NoOptions&) { return ramp(x, 6); });

constinit const UnaryFunction<LeakyReluOptions> leaky_relu(
    "leaky_relu", [](Node x, const LeakyReluOptions& options) {
      return ops::where(above_zero(x), x, static_cast<float>(options.negative_slope) * x);
    });

// Here and below, e^x is taken of min(x, 0): the branch that is not chosen must not make the
// gradient inf * 0.
constinit const UnaryFunction<AlphaOptions> elu("elu", [](Node x, const AlphaOptions& options) {
  const auto alpha = static_cast<float>(options.alpha);
  return ops::where(above_zero(x), x, alpha * ops::expm1(ops::minimum(x, 0.0f)));
});

// Not elu with another alpha: at 0, TensorFlow's selu has the gradient of its upper branch.
constinit const UnaryFunction<> selu("selu", [](Node x, const NoOptions&) {
  constexpr float scale = 1.0507009873554805f;
  constexpr float alpha = 1.6732632423543772f;
  return scale * ops::where(above_zero(-x), alpha * ops::expm1(ops::minimum(x, 0.0f)), x);
});

constinit const UnaryFunction<AlphaOptions> celu("celu", [](Node x, const AlphaOptions& options) {
  check(options.alpha != 0, "celu", "alpha is 0, and it divides");
  const auto alpha = static_cast<float>(options.alpha);
  return ops::maximum(x, 0.0f) + alpha * ops::expm1(ops::minimum(x, 0.0f) / alpha);
});

constinit const UnaryFunction<GeluOptions> gelu("gelu", [](Node x, const GeluOptions& options) {
  constexpr float sqrt_half = 0.7071067811865476f;
  constexpr float sqrt_2_over_pi = 0.7978845608028654f;
  if (!options.approximate) return 0.5f * x * (1 + ops::erf(x * sqrt_half));
  const Node cubic = x + 0.044715f * (x * ops::square(x));
  return 0.5f * x * (1 + ops::tanh(sqrt_2_over_pi * cubic));
});

constinit const UnaryFunction<> silu("silu",
                                     [](Node x, const NoOptions&) { return x * ops::sigmoid(x); });

constinit const UnaryFunction<> mish("mish", [](Node x, const NoOptions&) {
  return x * ops::tanh(ops::softplus(x));
});

constinit const UnaryFunction<> sigmoid("sigmoid",
                                        [](Node x, const NoOptions&) { return ops::sigmoid(x); });

constinit const UnaryFunction<> hard_sigmoid("hard_sigmoid", [](Node x, const NoOptions&) {
  return ramp(x + 3, 6) / 6;
});

constinit const UnaryFunction<> hard_silu("hard_silu", [](Node x, const NoOptions&) {
  return x * hard_sigmoid(x);
});

constinit const UnaryFunction<> tanh("tanh", [](Node x, const NoOptions&) { return ops::tanh(x); });

constinit const UnaryFunction<> hard_tanh("hard_tanh", [](Node x, const NoOptions&) {
  return ops::clip(x, -1, 1);
});

constinit const UnaryFunction<> softplus("softplus",
                                         [](Node x, const NoOptions&) { return ops::softplus(x); });

constinit const UnaryFunction<> softsign("softsign", [](Node x, const NoOptions&) {
  return divide_by_one_more(x);
});

constinit const UnaryFunction<> exponential("exponential",
                                            [](Node x, const NoOptions&) { return ops::exp(x); });

constinit const UnaryFunction<> log_sigmoid("log_sigmoid", [](Node x, const NoOptions&) {
  return -ops::softplus(-x);
});

constinit const UnaryFunction<ShrinkOptions> hard_shrink(
    "hard_shrink", [](Node x, const ShrinkOptions& options) {
      const Node above = above_zero(ops::abs(x) - static_cast<float>(options.threshold));
      return ops::where(above, x, scalar(x.tape(), 0));
    });

constinit const UnaryFunction<ShrinkOptions> soft_shrink("soft_shrink",
                                                         [](Node x, const ShrinkOptions& options) {
                                                           const auto limit = static_cast<float>(
                                                               options.threshold);
                                                           return x - ops::clip(x, -limit, limit);
                                                         });

constinit const UnaryFunction<> tanh_shrink("tanh_shrink", [](Node x, const NoOptions&) {
  return x - ops::tanh(x);
});

constinit const UnaryFunction<SquareplusOptions> squareplus(
    "squareplus", [](Node x, const SquareplusOptions& options) {
      return 0.5f * (x + ops::sqrt(ops::square(x) + static_cast<float>(options.b)));
    });

constinit const UnaryFunction<> sparse_plus("sparse_plus", [](Node x, const NoOptions&) {
  return 0.25f * ops::square(ops::clip(x, -1, 1) + 1) + ops::relu(x - 1);
});

constinit const UnaryFunction<> sparse_sigmoid("sparse_sigmoid", [](Node x, const NoOptions&) {
  return ramp(0.5f * (x + 1), 1);
});

constinit const UnaryFunction<AxisOptions> softmax("softmax",
                                                   [](Node x, const AxisOptions& options) {
                                                     return ops::softmax(x, options.axis);
                                                   });

constinit const UnaryFunction<AxisOptions> log_softmax("log_softmax",
                                                       [](Node x, const AxisOptions& options) {
                                                         return ops::log_softmax(x, options.axis);
                                                       });

Node threshold(Node x, double threshold, double default_value) {
  const Node above = above_zero(x - static_cast<float>(threshold));
  return ops::where(above, x, scalar(x.tape(), static_cast<float>(default_value)));
}

Tensor threshold(const Tensor& x, double limit, double default_value) {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  return threshold(tape.constant(x), limit, default_value).value();
}

}  // namespace keratin::activations
