#include "keratin/activations.hpp"

#include <cmath>

#include "keratin/check.hpp"
#include "keratin/op.hpp"

namespace keratin {

namespace {

template <class F>
Tensor on_tape(const Tensor& x, const F& function) {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  return function(tape.constant(x)).value();
}

}  // namespace

Tensor ActivationFunction::operator()(const Tensor& x) const { return on_tape(x, *this); }

ops::Fused ActivationFunction::fused() const {
  if (name_ == "relu") return ops::Fused::relu;
  if (name_ == "tanh") return ops::Fused::tanh;
  return ops::Fused::none;
}

namespace activations {

namespace {

// A condition for where(): not 0 where x > 0, and where x is NaN, which so takes the branch that
// keeps it.
Node above_zero(Node x) { return ops::relu(x); }

// min(max(x, 0), high) that is flat at both ends, the corners included; clip() passes the gradient
// there.
Node ramp(Node x, float high) {
  return ops::where(above_zero(high - x), ops::relu(x), x.tape().hold(high));
}

}  // namespace

Node linear(Node x) { return x; }

Node relu(Node x, ReluOptions options) {
  const auto slope = static_cast<float>(options.negative_slope),
             limit = static_cast<float>(options.threshold);
  if (slope != 0 && !options.max_value && limit == 0)
    return leaky_relu(x, {options.negative_slope});
  Node y = limit != 0 ? threshold(x, limit, 0) : options.max_value == 6.0 ? relu6(x) : ops::relu(x);
  if (options.max_value) y = ops::clip(y, 0, static_cast<float>(*options.max_value));
  return slope != 0 ? y - slope * ops::relu(limit - x) : y;
}

Node relu6(Node x) { return ramp(x, 6); }

Node leaky_relu(Node x, LeakyReluOptions options) {
  return ops::where(above_zero(x), x, static_cast<float>(options.negative_slope) * x);
}

// Below, e^x is taken of min(x, 0): a branch that is not chosen must not make inf * 0 of the
// gradient.
Node elu(Node x, AlphaOptions options) {
  return ops::where(above_zero(x), x,
                    static_cast<float>(options.alpha) * ops::expm1(ops::minimum(x, 0.0f)));
}

// Not elu: TensorFlow's selu has the slope of its upper branch at 0.
Node selu(Node x) {
  constexpr float scale = 1.0507009873554805f, alpha = 1.6732632423543772f;
  return scale * ops::where(above_zero(-x), alpha * ops::expm1(ops::minimum(x, 0.0f)), x);
}

Node celu(Node x, AlphaOptions options) {
  check(options.alpha != 0, "celu", "alpha is 0, and it divides");
  const auto alpha = static_cast<float>(options.alpha);
  return ops::maximum(x, 0.0f) + alpha * ops::expm1(ops::minimum(x, 0.0f) / alpha);
}

Node gelu(Node x, GeluOptions options) {
  if (!options.approximate) return 0.5f * x * (1 + ops::erf(x * 0.7071067811865476f));
  return 0.5f * x * (1 + ops::tanh(0.7978845608028654f * (x + 0.044715f * (x * ops::square(x)))));
}

Node silu(Node x) { return x * ops::sigmoid(x); }
Node mish(Node x) { return x * ops::tanh(ops::softplus(x)); }
Node sigmoid(Node x) { return ops::sigmoid(x); }
Node hard_sigmoid(Node x) { return ramp(x + 3, 6) / 6; }
Node hard_silu(Node x) { return x * hard_sigmoid(x); }
Node tanh(Node x) { return ops::tanh(x); }
Node hard_tanh(Node x) { return ops::clip(x, -1, 1); }
Node softplus(Node x) { return ops::softplus(x); }

// An op of its own: composed, the slope 1 / (1 + |x|)^2 would be a difference of two near numbers.
Node softsign(Node x) {
  return record(
      {x}, x.shape(),
      [&](Tensor& y) {
        const float* in = x.value().data();
        for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = in[i] / (1 + std::fabs(in[i]));
      },
      [x](const Tensor& y, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          const float* in = x.value().data();
          for (std::size_t i = 0; i < y.size(); ++i) {
            const float r = 1 / (1 + std::fabs(in[i]));
            dx.data()[i] = (keep ? dx.data()[i] : 0) + dy.data()[i] * r * r;
          }
        });
      });
}

Node exponential(Node x) { return ops::exp(x); }
Node log_sigmoid(Node x) { return -ops::softplus(-x); }

Node hard_shrink(Node x, ShrinkOptions options) {
  return ops::where(above_zero(ops::abs(x) - static_cast<float>(options.threshold)), x,
                    x.tape().hold(0.0f));
}

Node soft_shrink(Node x, ShrinkOptions options) {
  const auto limit = static_cast<float>(options.threshold);
  return x - ops::clip(x, -limit, limit);
}

Node tanh_shrink(Node x) { return x - ops::tanh(x); }
Node squareplus(Node x, SquareplusOptions options) {
  return 0.5f * (x + ops::sqrt(ops::square(x) + static_cast<float>(options.b)));
}
Node sparse_plus(Node x) { return 0.25f * ops::square(ops::clip(x, -1, 1) + 1) + ops::relu(x - 1); }
Node sparse_sigmoid(Node x) { return ramp(0.5f * (x + 1), 1); }

Node threshold(Node x, double threshold, double default_value) {
  return ops::where(above_zero(x - static_cast<float>(threshold)), x,
                    x.tape().hold(static_cast<float>(default_value)));
}

Node softmax(Node x, AxisOptions options) { return ops::softmax(x, options.axis); }
Node log_softmax(Node x, AxisOptions options) { return ops::log_softmax(x, options.axis); }

Tensor linear(const Tensor& x) { return x; }
Tensor relu(const Tensor& x, ReluOptions options) {
  return on_tape(x, [&](Node n) { return relu(n, options); });
}
Tensor relu6(const Tensor& x) {
  return on_tape(x, [](Node n) { return relu6(n); });
}
Tensor leaky_relu(const Tensor& x, LeakyReluOptions options) {
  return on_tape(x, [&](Node n) { return leaky_relu(n, options); });
}
Tensor elu(const Tensor& x, AlphaOptions options) {
  return on_tape(x, [&](Node n) { return elu(n, options); });
}
Tensor selu(const Tensor& x) {
  return on_tape(x, [](Node n) { return selu(n); });
}
Tensor celu(const Tensor& x, AlphaOptions options) {
  return on_tape(x, [&](Node n) { return celu(n, options); });
}
Tensor gelu(const Tensor& x, GeluOptions options) {
  return on_tape(x, [&](Node n) { return gelu(n, options); });
}
Tensor silu(const Tensor& x) {
  return on_tape(x, [](Node n) { return silu(n); });
}
Tensor mish(const Tensor& x) {
  return on_tape(x, [](Node n) { return mish(n); });
}
Tensor sigmoid(const Tensor& x) {
  return on_tape(x, [](Node n) { return sigmoid(n); });
}
Tensor hard_sigmoid(const Tensor& x) {
  return on_tape(x, [](Node n) { return hard_sigmoid(n); });
}
Tensor hard_silu(const Tensor& x) {
  return on_tape(x, [](Node n) { return hard_silu(n); });
}
Tensor tanh(const Tensor& x) {
  return on_tape(x, [](Node n) { return tanh(n); });
}
Tensor hard_tanh(const Tensor& x) {
  return on_tape(x, [](Node n) { return hard_tanh(n); });
}
Tensor softplus(const Tensor& x) {
  return on_tape(x, [](Node n) { return softplus(n); });
}
Tensor softsign(const Tensor& x) {
  return on_tape(x, [](Node n) { return softsign(n); });
}
Tensor exponential(const Tensor& x) {
  return on_tape(x, [](Node n) { return exponential(n); });
}
Tensor log_sigmoid(const Tensor& x) {
  return on_tape(x, [](Node n) { return log_sigmoid(n); });
}
Tensor hard_shrink(const Tensor& x, ShrinkOptions options) {
  return on_tape(x, [&](Node n) { return hard_shrink(n, options); });
}
Tensor soft_shrink(const Tensor& x, ShrinkOptions options) {
  return on_tape(x, [&](Node n) { return soft_shrink(n, options); });
}
Tensor tanh_shrink(const Tensor& x) {
  return on_tape(x, [](Node n) { return tanh_shrink(n); });
}
Tensor squareplus(const Tensor& x, SquareplusOptions options) {
  return on_tape(x, [&](Node n) { return squareplus(n, options); });
}
Tensor sparse_plus(const Tensor& x) {
  return on_tape(x, [](Node n) { return sparse_plus(n); });
}
Tensor sparse_sigmoid(const Tensor& x) {
  return on_tape(x, [](Node n) { return sparse_sigmoid(n); });
}
Tensor threshold(const Tensor& x, double limit, double otherwise) {
  return on_tape(x, [&](Node n) { return threshold(n, limit, otherwise); });
}
Tensor softmax(const Tensor& x, AxisOptions options) {
  return on_tape(x, [&](Node n) { return softmax(n, options); });
}
Tensor log_softmax(const Tensor& x, AxisOptions options) {
  return on_tape(x, [&](Node n) { return log_softmax(n, options); });
}

ActivationFunction get(const std::string& name) { return name; }

namespace {

struct Entry {
  const char *name, *alias;
  Node (*function)(Node);
};

constexpr Entry table[] = {
    {"linear", "", [](Node x) { return x; }},
    {"relu", "", [](Node x) { return relu(x); }},
    {"relu6", "", relu6},
    {"leaky_relu", "", [](Node x) { return leaky_relu(x); }},
    {"elu", "", [](Node x) { return elu(x); }},
    {"selu", "", selu},
    {"celu", "", [](Node x) { return celu(x); }},
    {"gelu", "", [](Node x) { return gelu(x); }},
    {"silu", "swish", silu},
    {"mish", "", mish},
    {"sigmoid", "", sigmoid},
    {"hard_sigmoid", "", hard_sigmoid},
    {"hard_silu", "hard_swish", hard_silu},
    {"tanh", "", tanh},
    {"hard_tanh", "", hard_tanh},
    {"softplus", "", softplus},
    {"softsign", "", softsign},
    {"exponential", "", exponential},
    {"log_sigmoid", "", log_sigmoid},
    {"hard_shrink", "", [](Node x) { return hard_shrink(x); }},
    {"soft_shrink", "", [](Node x) { return soft_shrink(x); }},
    {"tanh_shrink", "", tanh_shrink},
    {"squareplus", "", [](Node x) { return squareplus(x); }},
    {"sparse_plus", "", sparse_plus},
    {"sparse_sigmoid", "", sparse_sigmoid},
    {"softmax", "", [](Node x) { return softmax(x); }},
    {"log_softmax", "", [](Node x) { return log_softmax(x); }},
};

}  // namespace
}  // namespace activations

ActivationFunction::ActivationFunction(const std::string& name) {
  std::string names;
  for (const auto& [known, alias, function] : activations::table) {
    if (!name.empty() && (name == known || name == alias)) {
      name_ = known;
      function_ = function;
      return;
    }
    names += (names.empty() ? "" : ", ") + std::string(known);
  }
  fail("activation", "there is no activation '", name, "' among: ", names);
}

}  // namespace keratin
