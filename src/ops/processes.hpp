#pragma once
// PRIVATE: ops that look across the rows of a batch, which may be divided among processes.

#include <cstddef>
#include <optional>

#include "core/replicas.hpp"
#include "keratin/tape.hpp"

namespace keratin::ops {

/// The sum over the processes of what each computed across its rows, which becomes the same on all;
/// with `count`, divided by the sum of the counts: a mean.
Node sum_over_processes(Node partial, std::optional<std::size_t> count = {});

/// compute() gives a node that is computed across the rows that this process has of x, whose rows
/// are divided: the part of a sum.
template <class Compute>
Node across_rows(Node x, const Compute& compute) {
  using Spread = GradientTape::Spread;
  GradientTape& tape = x.tape();
  tape.slot(x).spread = Spread::same;
  const Node part = compute();
  tape.slot(x).spread = Spread::divided;
  tape.slot(part).spread = Spread::partial;
  return part;
}

/// Inside a backward function: where to write or add, in double, what the divided `rows` give to
/// the gradient of `weight`. Nothing where that is to be done in float, with accumulate().
std::optional<Replicas::RowSums> row_sums(Node rows, Node weight);

/// For ops that cannot work along an axis that is divided among processes. Throws
/// std::invalid_argument if axis 0 of x is.
void refuse_divided(Node x, const char* where);

}  // namespace keratin::ops
