#pragma once
// How to write an op, inside the library or out: value and gradient side by side.
//
//   Node square(Node x) {
//     return record(
//         {x}, x.shape(),
//         [&](Tensor& y) {
//           const float* in = x.value().data();
//           for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = in[i] * in[i];
//         },
//         [x](const Tensor&, const Tensor& dy) {
//           const float* in = x.value().data();
//           accumulate_each(x, [&](std::size_t i) { return 2 * in[i] * dy.data()[i]; });
//         });
//   }

#include <initializer_list>
#include <span>
#include <utility>

#include "keratin/check.hpp"
#include "keratin/flush_denormals.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

namespace detail {

// A new node of an op, whose value is still to be computed.
template <class Backward>
Node add_node(const Op* op, std::span<const Node> inputs, const Shape& shape, Backward&& backward) {
  GradientTape& tape = inputs.front().tape();
  bool wanted = false;
  for (const Node& input : inputs) {
    input.value();  // computed by now, since several threads are going to read it
    wanted |= tape.slot(input).wants_grad;
  }
  const Node result = tape.emit(op, inputs, shape, wanted && tape.recording());
  auto& slot = tape.slot(result);
  if (slot.wants_grad) slot.backward.set(std::forward<Backward>(backward));
  return result;
}

}  // namespace detail

/// Puts an op on its inputs' tape. `forward(Tensor& y)` runs at once and writes every element of y,
/// which has `shape` and unspecified contents. `backward(const Tensor& y, const Tensor& dy)` is
/// kept, by value, for the tape's backward(); it hands gradients on with accumulate(). `op` names
/// the op for whoever asks what a node was made by.
template <class Forward, class Backward>
Node record(const Op* op, std::span<const Node> inputs, const Shape& shape, Forward&& forward,
            Backward&& backward) {
  const Node result = detail::add_node(op, inputs, shape, std::forward<Backward>(backward));
  const FlushDenormals flush;
  forward(result.tape().slot(result).own);
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

/// The same, but `forward` is kept, by value, and runs only once somebody asks for the value: for
/// an op that others look behind, so that they need not write and read it. Asked for after a step,
/// it is computed of weights that have changed since.
template <class Forward, class Backward>
Node record_on_demand(const Op& op, std::initializer_list<Node> inputs, const Shape& shape,
                      Forward&& forward, Backward&& backward) {
  const Node result = detail::add_node(&op, std::span(inputs.begin(), inputs.size()), shape,
                                       std::forward<Backward>(backward));
  result.tape().slot(result).forward.set(std::forward<Forward>(forward));
  return result;
}

/// Inside a backward function: calls `write(Tensor& gradient, float keep)` if someone wants
/// `input`'s gradient. keep is 0 on the first write (contents unspecified: overwrite) and 1 after
/// (add): gemm's beta.
template <class Write>
void accumulate(Node input, Write&& write) {
  auto& slot = input.tape().slot(input);
  if (!slot.wants_grad) return;
  if (!slot.has_grad) slot.grad->resize(slot.value->shape());
  if (slot.deferred) slot.write_deferred();
  write(*slot.grad, slot.has_grad ? 1.0f : 0.0f);
  slot.has_grad = true;
}

/// Inside a backward function: keeps `write(first, count, gradient)`, which writes `input`'s
/// gradient for some samples, as SamplesFunction says, and refers to nothing but this pass's nodes.
/// The op that made `input` calls it for a few samples at a time, so that they stay in cache.
/// Returns false if this is not possible, because that op reads gradients as a whole or has got one
/// already: then use accumulate().
template <class Write>
bool defer(Node input, Write&& write) {
  auto& slot = input.tape().slot(input);
  if (!slot.wants_grad) return true;
  if (slot.has_grad || !slot.op || !slot.op->takes_deferred) return false;
  slot.deferred.set(std::forward<Write>(write));
  slot.has_grad = true;
  return true;
}

/// Inside a backward function: adds `gradient_at(i)` to element i of `input`'s gradient, if someone
/// wants it.
template <class GradientAt>
void accumulate_each(Node input, const GradientAt& gradient_at) {
  accumulate(input, [&](Tensor& gradient, float keep) {
    float* const out = gradient.data();
    const std::size_t size = gradient.size();
    if (keep == 0) {
      for (std::size_t i = 0; i < size; ++i) out[i] = gradient_at(i);
    } else {
      for (std::size_t i = 0; i < size; ++i) out[i] += gradient_at(i);
    }
  });
}

/// Inside a backward function: calls `add(Tensor& gradient)`, which adds to `input`'s gradient, if
/// someone wants it. The gradient holds zeros or what other ops have added.
template <class Add>
void accumulate_sum(Node input, const Add& add) {
  accumulate(input, [&](Tensor& gradient, float keep) {
    if (keep == 0) gradient.fill(0);
    add(gradient);
  });
}

}  // namespace keratin
