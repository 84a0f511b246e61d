#pragma once
// BatchRows: which rows of a batch a process has, where several train together.

#include <cstddef>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

/// `count` rows, from number `first` on, of a batch that has `total`. In one process, and for all
/// that does not belong to the rows of a batch, count is total.
struct BatchRows {
  std::size_t first = 0, count = 0, total = 0;

  /// Part number `index` of `parts` that differ by at most one row: the first ones are the larger.
  static constexpr BatchRows part(std::size_t total, std::size_t index, std::size_t parts) {
    const std::size_t each = total / parts, more = total % parts;
    return {index * each + (index < more ? index : more), each + (index < more ? 1 : 0), total};
  }

  friend bool operator==(const BatchRows&, const BatchRows&) = default;
};

}  // namespace keratin
