#pragma once
// PRIVATE: what numbers of steps may be.

#include "keratin/check.hpp"

namespace keratin::optimizers::schedules {

inline void check_steps(const char* where, const char* field, long steps) {
  check(steps > 0, where, field, " is ", steps, ", wanted 1 or more");
}

}  // namespace keratin::optimizers::schedules
