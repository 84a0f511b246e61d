#pragma once
// The elementwise functions and their gradients, written on xsimd batches, so that one source
// serves every instruction set.
//
//   name                      of the public op
//   value(x, p, q)            a function of one input; p and q are parameters that some have
//   gradient(x, y, dy, p, q)  dy times the derivative at x, where y is the value
//   value(a, b)               a function of two inputs
//   gradient_a(a, b, y, dy)   dy times the derivative with respect to a; gradient_b likewise

#include <tuple>
#include <xsimd/xsimd.hpp>

namespace keratin::kernels {

// Comparisons with NaN are false; in xsimd 8 even != is on some instruction sets. Each select below
// is written so that a NaN in the input comes out again.
namespace functions {

struct AddNumber {
  static constexpr const char* name = "add";
  template <class B>
  static B value(B x, B p, B) {
    return x + p;
  }
  template <class B>
  static B gradient(B, B, B dy, B, B) {
    return dy;
  }
};
struct MultiplyNumber {
  static constexpr const char* name = "multiply";
  template <class B>
  static B value(B x, B p, B) {
    return x * p;
  }
  template <class B>
  static B gradient(B, B, B dy, B p, B) {
    return dy * p;
  }
};
struct DivideByNumber {
  static constexpr const char* name = "divide";
  template <class B>
  static B value(B x, B p, B) {
    return x / p;
  }
  template <class B>
  static B gradient(B, B, B dy, B p, B) {
    return dy / p;
  }
};
struct NumberDividedBy {
  static constexpr const char* name = "divide";
  template <class B>
  static B value(B x, B p, B) {
    return p / x;
  }
  template <class B>
  static B gradient(B x, B y, B dy, B, B) {
    return -dy * y / x;
  }
};
struct MaximumNumber {  // as Maximum
  static constexpr const char* name = "maximum";
  template <class B>
  static B value(B x, B p, B) {
    return xsimd::select((x >= p) || xsimd::isnan(x), x, p);
  }
  template <class B>
  static B gradient(B x, B, B dy, B p, B) {
    return xsimd::select(x >= p, dy, B(0));
  }
};
struct MinimumNumber {
  static constexpr const char* name = "minimum";
  template <class B>
  static B value(B x, B p, B) {
    return xsimd::select((x <= p) || xsimd::isnan(x), x, p);
  }
  template <class B>
  static B gradient(B x, B, B dy, B p, B) {
    return xsimd::select(x <= p, dy, B(0));
  }
};
struct Clip {
  static constexpr const char* name = "clip";
  template <class B>
  static B value(B x, B p, B q) {
    return xsimd::select(x < p, p, xsimd::select(x > q, q, x));
  }
  template <class B>
  static B gradient(B x, B, B dy, B p, B q) {
    return xsimd::select((x >= p) && (x <= q), dy, B(0));
  }
};
struct Reciprocal {
  static constexpr const char* name = "reciprocal";
  template <class B>
  static B value(B x, B, B) {
    return B(1) / x;
  }
  template <class B>
  static B gradient(B, B y, B dy, B, B) {
    return -dy * y * y;
  }
};
// xsimd 8's exp is already 0 below -87.7 and infinite above 88.37. Near both ends of float's range
// this computes e^x as e^(x - s) e^s, with an s for which x - s is exact.
struct Exp {
  static constexpr const char* name = "exp";
  template <class B>
  static B value(B x, B, B) {
    const auto high = x > B(88), low = x < B(-87);
    const B shift = xsimd::select(high, B(16), xsimd::select(low, B(-32), B(0)));
    return xsimd::exp(x - shift) *
           xsimd::select(high, B(8886110.5f),
                         xsimd::select(low, B(1.2664166e-14f), B(1)));  // e^16, e^-32
  }
  template <class B>
  static B gradient(B, B y, B dy, B, B) {
    return dy * y;
  }
};
struct Expm1 {
  static constexpr const char* name = "expm1";
  template <class B>
  static B value(B x, B, B) {  // the 1 is nothing beside e^88: shifted as in Exp
    const auto high = x > B(88);
    return xsimd::expm1(x - xsimd::select(high, B(16), B(0))) *
           xsimd::select(high, B(8886110.5f), B(1));
  }
  template <class B>
  static B gradient(B x, B, B dy, B, B) {
    return dy * Exp::value(x, x, x);
  }
};
struct Log {
  static constexpr const char* name = "log";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::log(x);
  }
  template <class B>
  static B gradient(B x, B, B dy, B, B) {
    return dy / x;
  }
};
struct Log1p {
  static constexpr const char* name = "log1p";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::log1p(x);
  }
  template <class B>
  static B gradient(B x, B, B dy, B, B) {
    return dy / (B(1) + x);
  }
};
struct Sqrt {
  static constexpr const char* name = "sqrt";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::sqrt(x);
  }
  template <class B>
  static B gradient(B, B y, B dy, B, B) {
    return dy * B(0.5f) / y;
  }
};
struct Rsqrt {
  static constexpr const char* name = "rsqrt";
  template <class B>
  static B value(B x, B, B) {
    return B(1) / xsimd::sqrt(x);
  }
  template <class B>
  static B gradient(B, B y, B dy, B, B) {
    return dy * B(-0.5f) * y * y * y;
  }
};
struct Square {
  static constexpr const char* name = "square";
  template <class B>
  static B value(B x, B, B) {
    return x * x;
  }
  template <class B>
  static B gradient(B x, B, B dy, B, B) {
    return dy * (x + x);
  }
};
struct Sign {
  static constexpr const char* name = "sign";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::select(x > B(0), B(1), xsimd::select(x < B(0), B(-1), x * B(0)));
  }
  template <class B>
  static B gradient(B, B, B, B, B) {
    return B(0);
  }
};
struct Abs {
  static constexpr const char* name = "abs";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::abs(x);
  }
  template <class B>
  static B gradient(B x, B, B dy, B, B) {
    return dy * Sign::value(x, x, x);
  }
};
struct Erf {
  static constexpr const char* name = "erf";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::erf(x);
  }
  template <class B>
  static B gradient(B x, B, B dy, B, B) {
    return dy * B(1.1283791670955126f) * xsimd::exp(-x * x);
  }  // 2 / sqrt(pi)
};
struct Relu {
  static constexpr const char* name = "relu";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::select(x < B(0), B(0), x);
  }
  template <class B>
  static B gradient(B, B y, B dy, B, B) {
    return xsimd::select(y > B(0), dy, B(0));
  }
};
struct Sigmoid {
  static constexpr const char* name = "sigmoid";
  // Computed from e^-|x|, which cannot overflow, and without losing the digits of tiny values.
  template <class B>
  static B value(B x, B, B) {
    const B e = Exp::value(B(-xsimd::abs(x)), x, x);
    return xsimd::select(x < B(0), e, B(1)) / (B(1) + e);
  }
  template <class B>
  static B gradient(B, B y, B dy, B, B) {
    return dy * y * (B(1) - y);
  }
};
struct Tanh {
  static constexpr const char* name = "tanh";
  template <class B>
  static B value(B x, B, B) {
    return xsimd::tanh(x);
  }
  template <class B>
  static B gradient(B, B y, B dy, B, B) {
    return dy * (B(1) - y * y);
  }
};
struct Softplus {
  static constexpr const char* name = "softplus";
  template <class B>
  static B value(B x, B, B) {
    return Relu::value(x, x, x) + xsimd::log1p(Exp::value(B(-xsimd::abs(x)), x, x));
  }
  template <class B>
  static B gradient(B x, B, B dy, B, B) {
    return dy * Sigmoid::value(x, x, x);
  }
};

// Functions of two inputs.
struct Add {
  static constexpr const char* name = "add";
  template <class B>
  static B value(B a, B b) {
    return a + b;
  }
  template <class B>
  static B gradient_a(B, B, B, B dy) {
    return dy;
  }
  template <class B>
  static B gradient_b(B, B, B, B dy) {
    return dy;
  }
};
struct Subtract {
  static constexpr const char* name = "subtract";
  template <class B>
  static B value(B a, B b) {
    return a - b;
  }
  template <class B>
  static B gradient_a(B, B, B, B dy) {
    return dy;
  }
  template <class B>
  static B gradient_b(B, B, B, B dy) {
    return -dy;
  }
};
struct Multiply {
  static constexpr const char* name = "multiply";
  template <class B>
  static B value(B a, B b) {
    return a * b;
  }
  template <class B>
  static B gradient_a(B, B b, B, B dy) {
    return dy * b;
  }
  template <class B>
  static B gradient_b(B a, B, B, B dy) {
    return dy * a;
  }
};
struct Divide {
  static constexpr const char* name = "divide";
  template <class B>
  static B value(B a, B b) {
    return a / b;
  }
  template <class B>
  static B gradient_a(B, B b, B, B dy) {
    return dy / b;
  }
  template <class B>
  static B gradient_b(B, B b, B y, B dy) {
    return -dy * y / b;
  }
};
struct Maximum {  // a tie goes to a, as in TensorFlow
  static constexpr const char* name = "maximum";
  template <class B>
  static B value(B a, B b) {
    return xsimd::select((a >= b) || xsimd::isnan(a), a, b);
  }
  template <class B>
  static B gradient_a(B a, B b, B, B dy) {
    return xsimd::select(a >= b, dy, B(0));
  }
  template <class B>
  static B gradient_b(B a, B b, B, B dy) {
    return xsimd::select(a >= b, B(0), dy);
  }
};
struct Minimum {
  static constexpr const char* name = "minimum";
  template <class B>
  static B value(B a, B b) {
    return xsimd::select((a <= b) || xsimd::isnan(a), a, b);
  }
  template <class B>
  static B gradient_a(B a, B b, B, B dy) {
    return xsimd::select(a <= b, dy, B(0));
  }
  template <class B>
  static B gradient_b(B a, B b, B, B dy) {
    return xsimd::select(a <= b, B(0), dy);
  }
};
struct Equal {
  static constexpr const char* name = "equal";
  template <class B>
  static B value(B a, B b) {
    return xsimd::select(a == b, B(1), B(0));
  }
};
struct Greater {
  static constexpr const char* name = "greater";
  template <class B>
  static B value(B a, B b) {
    return xsimd::select(a > b, B(1), B(0));
  }
};
struct GreaterEqual {
  static constexpr const char* name = "greater_equal";
  template <class B>
  static B value(B a, B b) {
    return xsimd::select(a >= b, B(1), B(0));
  }
};

}  // namespace functions

using Unary =
    std::tuple<functions::AddNumber, functions::MultiplyNumber, functions::DivideByNumber,
               functions::NumberDividedBy, functions::MaximumNumber, functions::MinimumNumber,
               functions::Clip, functions::Reciprocal, functions::Exp, functions::Expm1,
               functions::Log, functions::Log1p, functions::Sqrt, functions::Rsqrt,
               functions::Square, functions::Sign, functions::Abs, functions::Erf, functions::Relu,
               functions::Sigmoid, functions::Tanh, functions::Softplus>;
using Binary = std::tuple<functions::Add, functions::Subtract, functions::Multiply,
                          functions::Divide, functions::Maximum, functions::Minimum>;
using Compare = std::tuple<functions::Equal, functions::Greater, functions::GreaterEqual>;

/// The place of F in its list, which is its index in the tables of simd.hpp.
template <class F, class List>
struct IndexOf;
template <class F, class... Rest>
struct IndexOf<F, std::tuple<F, Rest...>> {
  static constexpr std::size_t value = 0;
};
template <class F, class First, class... Rest>
struct IndexOf<F, std::tuple<First, Rest...>> {
  static constexpr std::size_t value = 1 + IndexOf<F, std::tuple<Rest...>>::value;
};

}  // namespace keratin::kernels
