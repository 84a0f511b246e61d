#pragma once
// PRIVATE: what factors of regularizers may be.

#include <cmath>

#include "keratin/check.hpp"

namespace keratin::regularizers {

inline void check_factor(const char* where, const char* field, double factor) {
  check(std::isfinite(factor) && factor >= 0, where, field, " is ", factor,
        ", wanted a finite number that is not negative");
}

}  // namespace keratin::regularizers
