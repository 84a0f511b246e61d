// The ops of one or two inputs, element by element. Their formulas are in kernels/functions.hpp.

#include <cmath>

#include "ops/map.hpp"

namespace keratin::ops {

using namespace kernels::functions;

Node add(Node a, Node b) { return map2<Add>(a, b, "add"); }
Node subtract(Node a, Node b) { return map2<Subtract>(a, b, "subtract"); }
Node multiply(Node a, Node b) { return map2<Multiply>(a, b, "multiply"); }
Node divide(Node a, Node b) { return map2<Divide>(a, b, "divide"); }
Node maximum(Node a, Node b) { return map2<Maximum>(a, b, "maximum"); }
Node minimum(Node a, Node b) { return map2<Minimum>(a, b, "minimum"); }

Node add(Node a, float b) { return map<AddNumber>(a, b); }
Node multiply(Node a, float b) { return map<MultiplyNumber>(a, b); }
Node divide(Node a, float b) { return map<DivideByNumber>(a, b); }
Node divide(float a, Node b) { return map<NumberDividedBy>(b, a); }
Node maximum(Node a, float b) { return map<MaximumNumber>(a, b); }
Node minimum(Node a, float b) { return map<MinimumNumber>(a, b); }

Node clip(Node x, float low, float high) {
  check(low <= high, "clip", "low ", low, " is above high ", high);
  return map<Clip>(x, low, high);
}

Node equal(Node a, Node b) { return compare<Equal>(a, b, "equal"); }
Node greater(Node a, Node b) { return compare<Greater>(a, b, "greater"); }
Node greater_equal(Node a, Node b) { return compare<GreaterEqual>(a, b, "greater_equal"); }
Node less(Node a, Node b) { return compare<Greater>(b, a, "less"); }
Node less_equal(Node a, Node b) { return compare<GreaterEqual>(b, a, "less_equal"); }

Node negative(Node x) { return map<MultiplyNumber>(x, -1.0f); }
Node reciprocal(Node x) { return map<Reciprocal>(x); }
Node exp(Node x) { return map<Exp>(x); }
Node expm1(Node x) { return map<Expm1>(x); }
Node log(Node x) { return map<Log>(x); }
Node log1p(Node x) { return map<Log1p>(x); }
Node sqrt(Node x) { return map<Sqrt>(x); }
Node rsqrt(Node x) { return map<Rsqrt>(x); }
Node square(Node x) { return map<Square>(x); }
Node abs(Node x) { return map<Abs>(x); }
Node sign(Node x) { return map<Sign>(x); }
Node erf(Node x) { return map<Erf>(x); }
Node relu(Node x) { return map<Relu>(x); }
Node tanh(Node x) { return map<Tanh>(x); }
Node softplus(Node x) { return map<Softplus>(x); }

Node sigmoid(Node x) { return map<Sigmoid>(x, 0, 0, sigmoid_op); }

// a^b. TensorFlow's rule for b's gradient: log(a) counts as 0 where a is not positive.
Node power(Node a, Node b) {
  const Shape shape = broadcast_shape(a.shape(), b.shape(), "power");
  a = broadcast_to(a, shape);
  b = broadcast_to(b, shape);
  static constexpr Op op{"power"};
  return record(
      op, {a, b}, shape,
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = std::pow(a.value().data()[i], b.value().data()[i]);
      },
      [a, b](const Tensor& y, const Tensor& dy) {
        const float *base = a.value().data(), *exponent = b.value().data();
        accumulate_each(a, [&](std::size_t i) {
          return dy.data()[i] * exponent[i] * std::pow(base[i], exponent[i] - 1);
        });
        accumulate_each(b, [&](std::size_t i) {
          return dy.data()[i] * y.data()[i] * (base[i] > 0 ? std::log(base[i]) : 0);
        });
      });
}

Node power(Node a, float b) {
  return power(a, a.tape().make({}, [b](Tensor& exponent) { exponent.fill(b); }));
}

Node where(Node condition, Node a, Node b) {
  const Shape shape =
      broadcast_shape(condition.shape(), broadcast_shape(a.shape(), b.shape(), "where"), "where");
  condition = broadcast_to(condition, shape);
  a = broadcast_to(a, shape);
  b = broadcast_to(b, shape);
  static constexpr Op op{"where"};
  return record(
      op, {a, b, condition}, shape,
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = (condition.value().data()[i] != 0 ? a : b).value().data()[i];
      },
      [condition, a, b](const Tensor&, const Tensor& dy) {
        const float* chooses_a = condition.value().data();
        accumulate_each(a, [&](std::size_t i) { return chooses_a[i] != 0 ? dy.data()[i] : 0; });
        accumulate_each(b, [&](std::size_t i) { return chooses_a[i] != 0 ? 0 : dy.data()[i]; });
      });
}

Node stop_gradient(Node x) {
  const Node constant = x.tape().constant(x.value());
  x.tape().slot(constant).spread = x.tape().slot(x).spread;
  return constant;
}

}  // namespace keratin::ops
