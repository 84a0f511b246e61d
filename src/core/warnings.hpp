#pragma once

#include <string_view>

#include "keratin/check.hpp"

namespace keratin {

/// Passes `message` to the handler of utils::set_warning_handler(). Any thread may call it, holding
/// no lock: a handler may call the library, and throw.
void warn(std::string_view message);

/// Warns with "[where] parts...", in the form of check()'s errors.
template <class... Parts>
void warn(std::string_view where, const Parts&... parts) requires(sizeof...(Parts) > 0) {
  warn(std::string_view(concat('[', where, "] ", parts...)));
}

/// Whether warn() does anything. Where several processes train together, only the first one warns.
void enable_warnings(bool enable);

}  // namespace keratin
