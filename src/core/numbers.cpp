#include "core/numbers.hpp"

#include <charconv>
#include <cmath>

namespace keratin {

namespace {

// Digits of the largest double before the decimal point, and room for a sign, the point and as many
// digits after it as anybody asks for.
constexpr std::size_t longest = 309 + 64;

// `digits`: how many, or none for as many as the number needs.
template <class... Digits>
std::string formatted(double value, std::chars_format format, Digits... digits) {
  if (std::isnan(value)) return "nan";
  char text[longest];
  char* const end = std::to_chars(text, text + longest, value, format, digits...).ptr;
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

std::string python_repr(double value) {
  const double size = std::abs(value);
  const bool has_exponent = size != 0 && (size < 1e-4 || size >= 1e16);
  if (!std::isfinite(value) || has_exponent) return formatted(value, std::chars_format::scientific);
  const std::string text = formatted(value, std::chars_format::fixed);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

}  // namespace keratin
