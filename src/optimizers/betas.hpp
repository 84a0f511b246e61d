#pragma once
// PRIVATE: the decay rates of moving averages.

#include <cmath>
#include <string>

#include "keratin/check.hpp"

namespace keratin::optimizers {

/// 1 - beta^step as Keras rounds it: beta and its power are float32. 0.999 is 1.3e-5 nearer to 1
/// there, which early steps show.
inline float bias_correction(double beta, long step) {
  const double rounded = static_cast<float>(beta);
  return 1 - static_cast<float>(std::pow(rounded, static_cast<double>(step)));
}

inline void check_beta(const std::string& where, const char* field, double beta) {
  check(beta >= 0 && beta < 1, where, field, " is ", beta, ", wanted 0 to below 1");
}

}  // namespace keratin::optimizers
