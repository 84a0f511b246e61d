#pragma once
// check(ok, "where", parts...): how the library refuses something. Formats the message only on
// failure.

#include <charconv>
#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

namespace detail {

template <class T>
concept Number = std::integral<T> || std::floating_point<T>;

inline void append(std::string& out, std::string_view part) { out += part; }
inline void append(std::string& out, char part) { out += part; }

// The shortest text that reads back as the same number; NaN without its sign bit, which differs
// between processors.
template <Number T>
void append(std::string& out, T part) {
  if (part != part) {
    out += "nan";
  } else {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, part).ptr);
  }
}

template <class T>
requires(!Number<T> && requires(const T& part) { to_string(part); }) void append(std::string& out,
                                                                                 const T& part) {
  out += to_string(part);
}

}  // namespace detail

/// Joins text, numbers and anything with a `to_string` found beside its type (shapes, for one).
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::string text;
  (detail::append(text, parts), ...);
  return text;
}

/// "a, b, c": `name(item)` of each item of a range.
template <class Range, class Name>
std::string joined(const Range& range, const Name& name) {
  std::string text;
  for (const auto& item : range) {
    if (!text.empty()) text += ", ";
    text += name(item);
  }
  return text;
}

/// Throws `Error` with "[where] parts...": what was got and what was wanted.
template <class Error = std::invalid_argument, class... Parts>
[[noreturn]] void fail(std::string_view where, const Parts&... parts) {
  throw Error(concat('[', where, "] ", parts...));
}

/// Throws unless `ok`. std::invalid_argument is the caller's mistake, std::logic_error ours,
/// std::runtime_error files and the environment.
template <class Error = std::invalid_argument, class... Parts>
void check(bool ok, std::string_view where, const Parts&... parts) {
  if (!ok) [[unlikely]]
    fail<Error>(where, parts...);
}

}  // namespace keratin
