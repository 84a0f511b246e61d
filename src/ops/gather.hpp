#pragma once
// PRIVATE: rows of a table, for the ops that look behind them.

#include <cstddef>

#include "keratin/tape.hpp"

namespace keratin::ops {

extern const Op gather_op;

/// What ops::gather() computes, of a table (rows, width) by `count` indices, with every `group` of
/// rows, one behind the other, summed and multiplied by `scale` as soon as they are read.
struct RowGroups {
  const float* indices;
  std::size_t count, group, rows, width;
  float scale;

  /// y: (count / group, width)
  void sum(const float* table, float* y) const;
  /// Adds what the gradient dy of y means for the table, or overwrites the table's gradient with
  /// it. Rows that no index names cost nothing but zeros.
  void add_gradient(const float* dy, float* dtable, bool accumulate) const;
};

}  // namespace keratin::ops
