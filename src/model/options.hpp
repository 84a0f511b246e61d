#pragma once
// PRIVATE: what the options of fit, evaluate and predict have in common.

#include <algorithm>
#include <optional>

#include "keratin/check.hpp"
#include "keratin/fit.hpp"
#include "model/feed.hpp"

namespace keratin {

inline int verbosity(const char* where, Verbose verbose) {
  check(verbose >= -1 && verbose <= 2, where, "verbose is ", verbose,
        ", wanted 0 (silent), 1 (progress bar) or 2 (one line per epoch)");
  return verbose == -1 ? 1 : verbose;
}

inline void check_positive(const char* where, const char* name, std::optional<int> value) {
  check(!value || *value >= 1, where, name, " is ", value.value_or(0), ", wanted 1 or more");
}

/// The number of steps to announce: those asked for, else the batches of a pass, else 0, unknown.
inline long steps_of(const Feed& feed, std::optional<long> steps) {
  if (steps) return *steps;
  return static_cast<long>(feed.size().value_or(0));
}

/// The same where a pass is not begun again: no more than it has.
inline long steps_of_pass(const Feed& feed, std::optional<long> steps) {
  const long in_pass = steps_of(feed, std::nullopt);
  if (!steps) return in_pass;
  return in_pass == 0 ? *steps : std::min(*steps, in_pass);
}

}  // namespace keratin
