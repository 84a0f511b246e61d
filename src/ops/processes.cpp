#include "ops/processes.hpp"

#include <algorithm>

#include "core/replicas.hpp"
#include "keratin/op.hpp"

namespace keratin::ops {

namespace {

// Sums `size` values of `from` and, with a count, divides by the sum of the counts, to `to`.
// Returns what it divided by.
float sum(GradientTape& tape, const Tensor& from, std::optional<std::size_t> count, Tensor& to) {
  Tensor& message = tape.scratch(0, {from.size() + 1});
  std::copy_n(from.data(), from.size(), message.data());
  message.data()[from.size()] = static_cast<float>(count.value_or(0));
  tape.replicas()->sum(message.values());
  const float divisor = count ? message.data()[from.size()] : 1;
  for (std::size_t i = 0; i < to.size(); ++i) to.data()[i] = message.data()[i] / divisor;
  return divisor;
}

}  // namespace

Node sum_over_processes(Node partial, std::optional<std::size_t> count) {
  GradientTape& tape = partial.tape();
  tape.slot(partial).spread = GradientTape::Spread::same;  // for this op alone
  static constexpr Op op{"sum_over_processes"};
  float divisor = 1;
  const Node total = record(
      op, {partial}, partial.shape(),
      [&](Tensor& y) { divisor = sum(tape, partial.value(), count, y); },
      [](const Tensor&, const Tensor&) {});
  tape.slot(partial).spread = GradientTape::Spread::partial;
  // Each process has its part of the gradient of the total, and hands on the whole to its rows.
  auto& slot = tape.slot(total);
  if (slot.wants_grad)
    slot.backward.set([partial, divisor](const Tensor&, const Tensor& dy) {
      GradientTape& own = partial.tape();
      Tensor& whole = own.scratch(1, dy.shape());
      sum(own, dy, std::nullopt, whole);
      accumulate_each(partial, [&](std::size_t i) { return whole.data()[i] / divisor; });
    });
  return total;
}

std::optional<Replicas::RowSums> row_sums(Node rows, Node weight) {
  if (!rows.is_divided()) return std::nullopt;
  GradientTape& tape = weight.tape();
  auto& slot = tape.slot(weight);
  const bool is_variable = slot.grad != &slot.own_grad;
  const std::size_t size = slot.value->size();
  if (!slot.wants_grad || !is_variable || size > Replicas::most_row_sums) return std::nullopt;
  return tape.replicas()->row_sums(*slot.grad, size);
}

void refuse_divided(Node x, const char* where) {
  check(!x.is_divided(), where, "cannot work along the first axis of shape ", x.shape(),
        ": the rows of the batch are divided among processes");
}

}  // namespace keratin::ops
