#pragma once
// PRIVATE: a limit on what layers may allocate while a file that is not trusted describes them.

#include <cstdint>

#include "keratin/shape.hpp"

namespace keratin {

/// While it lives, layers that this thread builds may make so many values of weights together. A
/// weight that exceeds it throws std::invalid_argument before it is allocated. The innermost holds.
class WeightLimit {
 public:
  explicit WeightLimit(std::uint64_t values);
  ~WeightLimit();
  WeightLimit(const WeightLimit&) = delete;
  WeightLimit& operator=(const WeightLimit&) = delete;

  /// Counts a weight of that shape, if there is a limit.
  static void take(const Shape& shape);

 private:
  std::uint64_t remaining_;
  WeightLimit* outer_;
};

}  // namespace keratin
