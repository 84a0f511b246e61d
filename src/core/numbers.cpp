#include "core/numbers.hpp"

#include <charconv>
#include <cmath>

namespace keratin {

namespace {

// Digits of the largest double before the decimal point, and room for a sign, the point and as many
// digits after it as anybody asks for.
constexpr std::size_t longest = 309 + 64;

std::string formatted(double value, std::chars_format format, int digits) {
  if (std::isnan(value)) return "nan";
  char text[longest];
  char* const end = std::to_chars(text, text + longest, value, format, digits).ptr;
  return std::string(text, end);
}

}  // namespace

std::string fixed(double value, int digits) {
  return formatted(value, std::chars_format::fixed, digits);
}

std::string scientific(double value, int digits) {
  return formatted(value, std::chars_format::scientific, digits);
}

std::string general(double value, int digits) {
  return formatted(value, std::chars_format::general, digits);
}

}  // namespace keratin
