#pragma once
// PRIVATE: builds elementwise ops from the functions in kernels/functions.hpp.

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::ops {

/// Elements in a slice: for fewer, waking a thread costs more than it saves.
constexpr std::size_t map_grain = 1 << 15;

/// The op that applies the function F.
template <class F>
inline constexpr Op op_of{F::name};

template <class F>
Node map(Node x, float p = 0, float q = 0, const Op& op = op_of<F>) {
  constexpr std::size_t index = kernels::IndexOf<F, kernels::Unary>::value;
  return record(
      op, {x}, x.shape(),
      [&](Tensor& y) {
        const float* in = x.value().data();
        const auto function = kernels::simd().map[index];
        kernels::parallel_slices(y.size(), map_grain, [&](std::size_t i, std::size_t n) {
          function(in + i, y.data() + i, n, p, q);
        });
      },
      [x, p, q](const Tensor& y, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          const float* in = x.value().data();
          kernels::parallel_slices(y.size(), map_grain, [&](std::size_t i, std::size_t n) {
            kernels::simd().map_gradient[index](in + i, y.data() + i, dy.data() + i, dx.data() + i,
                                                n, p, q, keep != 0);
          });
        });
      });
}

/// The shape to which a and b broadcast by NumPy's rule. Throws std::invalid_argument, naming both
/// shapes, if there is none.
Shape broadcast_shape(const Shape& a, const Shape& b, const char* where);

template <class F>
Node map2(Node a, Node b, const char* name) {
  constexpr std::size_t index = kernels::IndexOf<F, kernels::Binary>::value;
  if (!(a.shape() == b.shape())) {
    const Shape shape = broadcast_shape(a.shape(), b.shape(), name);
    a = broadcast_to(a, shape);
    b = broadcast_to(b, shape);
  }
  return record(
      op_of<F>, {a, b}, a.shape(),
      [&](Tensor& y) {
        const float *left = a.value().data(), *right = b.value().data();
        const auto function = kernels::simd().map2[index];
        kernels::parallel_slices(y.size(), map_grain, [&](std::size_t i, std::size_t n) {
          function(left + i, right + i, y.data() + i, n);
        });
      },
      [a, b](const Tensor& y, const Tensor& dy) {
        const auto hand_on = [&](Node to, const auto& gradient) {
          accumulate(to, [&](Tensor& d, float keep) {
            const float *left = a.value().data(), *right = b.value().data();
            kernels::parallel_slices(y.size(), map_grain, [&](std::size_t i, std::size_t n) {
              gradient(left + i, right + i, y.data() + i, dy.data() + i, d.data() + i, n,
                       keep != 0);
            });
          });
        };
        hand_on(a, kernels::simd().map2_gradient_a[index]);
        hand_on(b, kernels::simd().map2_gradient_b[index]);
      });
}

/// A node made from `inputs` that no gradient flows through: fill(Tensor& y) writes its value.
template <class Fill>
Node without_gradient(const Op& op, std::initializer_list<Node> inputs, const Shape& shape,
                      const Fill& fill) {
  GradientTape& tape = inputs.begin()->tape();
  for (const Node& input : inputs) tape.slot(input);  // throws for one of another tape
  const Node result = tape.emit(&op, std::span(inputs.begin(), inputs.size()), shape, false);
  fill(tape.slot(result).own);
  return result;
}

template <class F>
Node compare(Node a, Node b, const char* name) {
  const Shape shape = broadcast_shape(a.shape(), b.shape(), name);
  a = broadcast_to(a, shape);
  b = broadcast_to(b, shape);
  return without_gradient(op_of<F>, {a, b}, shape, [&](Tensor& y) {
    kernels::simd().compare[kernels::IndexOf<F, kernels::Compare>::value](
        a.value().data(), b.value().data(), y.data(), y.size());
  });
}

}  // namespace keratin::ops
