#pragma once
// How to write an op, inside the library or out: value and gradient side by side.
//
//   Node square(Node x) {
//     return record({x}, x.shape(),
//         [&](Tensor& y) { for (std::size_t i = 0; i < y.size(); ++i) y.values()[i] =
//         x.value().values()[i] * x.value().values()[i]; }, [x](const Tensor& y, const Tensor& dy)
//         {
//           accumulate(x, [&](Tensor& dx, float keep) {
//             for (std::size_t i = 0; i < y.size(); ++i)
//               dx.values()[i] = (keep ? dx.values()[i] : 0) + 2 * x.value().values()[i] *
//               dy.values()[i];
//           });
//         });
//   }

#include <initializer_list>
#include <span>
#include <utility>

#include "keratin/check.hpp"
#include "keratin/tape.hpp"

namespace keratin {

/// Puts an op on its inputs' tape. `forward(Tensor& y)` runs at once and writes every element of y,
/// which has `shape` and unspecified contents. `backward(const Tensor& y, const Tensor& dy)` is
/// kept, by value, for the tape's backward(); it hands gradients on with accumulate(). `op` names
/// the op for whoever asks what a node was made by.
template <class Forward, class Backward>
Node record(const Op* op, std::span<const Node> inputs, const Shape& shape, Forward&& forward,
            Backward&& backward) {
  GradientTape& tape = inputs.front().tape();
  bool wanted = false;
  for (const Node& input : inputs) wanted |= tape.slot(input).wants_grad;
  const Node result = tape.emit(op, inputs, shape, wanted && tape.recording());
  auto& slot = tape.slot(result);
  forward(slot.own);
  if (slot.wants_grad) slot.backward.set(std::forward<Backward>(backward));
  return result;
}
template <class Forward, class Backward>
Node record(const Op& op, std::initializer_list<Node> inputs, const Shape& shape, Forward&& forward,
            Backward&& backward) {
  return record(&op, std::span(inputs.begin(), inputs.size()), shape,
                std::forward<Forward>(forward), std::forward<Backward>(backward));
}
/// An op without a name.
template <class Forward, class Backward>
Node record(std::initializer_list<Node> inputs, const Shape& shape, Forward&& forward,
            Backward&& backward) {
  return record(nullptr, std::span(inputs.begin(), inputs.size()), shape,
                std::forward<Forward>(forward), std::forward<Backward>(backward));
}

/// Inside a backward function: calls `write(Tensor& gradient, float keep)` if someone wants
/// `input`'s gradient. keep is 0 on the first write (contents unspecified: overwrite) and 1 after
/// (add): gemm's beta.
template <class Write>
void accumulate(Node input, Write&& write) {
  auto& slot = input.tape().slot(input);
  if (!slot.wants_grad) return;
  if (!slot.has_grad) slot.grad->resize(slot.value->shape());
  write(*slot.grad, slot.has_grad ? 1.0f : 0.0f);
  slot.has_grad = true;
}

}  // namespace keratin
