#pragma once
// PRIVATE: lines on standard output.

#include <cstdio>
#include <string>

#include "core/replicas.hpp"
#include "keratin/check.hpp"

namespace keratin {

/// Prints the parts, joined. Where several processes train together, the first one does.
template <class... Parts>
void report(const Parts&... parts) {
  if (!is_first_process()) return;
  const std::string text = concat(parts...);
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace keratin
