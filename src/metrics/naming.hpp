#pragma once
// PRIVATE: the name of a metric that was given none.

#include <string>
#include <utility>

#include "core/names.hpp"

namespace keratin::metrics {

inline std::string name_or(std::string given, const char* otherwise) {
  return given.empty() ? otherwise : std::move(given);
}

/// precision, then precision_1, ...: of the classes for which Keras counts.
inline std::string name_or_next(std::string given, const char* prefix) {
  return given.empty() ? unique_name(prefix) : std::move(given);
}

}  // namespace keratin::metrics
