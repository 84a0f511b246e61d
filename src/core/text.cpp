#include "core/text.hpp"

#include <algorithm>

namespace keratin {

namespace {

// Bytes of the character at the start of `text`, which is not empty.
std::size_t character(std::string_view text) {
  return std::max<std::size_t>(utf8_sequence(text), 1);
}

std::string json_escape(unsigned char control) {
  static constexpr char digits[] = "0123456789abcdef";
  return {'\\', 'u', '0', '0', digits[control >> 4], digits[control & 15]};
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((text[i] & 0xC0) != 0x80) return 0;
  return length;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t characters = 0;
  for (; !text.empty(); text.remove_prefix(character(text))) ++characters;
  return characters;
}

std::string_view utf8_prefix(std::string_view text, std::size_t characters) {
  std::size_t bytes = 0;
  for (; characters > 0 && bytes < text.size(); --characters)
    bytes += character(text.substr(bytes));
  return text.substr(0, bytes);
}

std::string right_aligned(std::string_view text, std::size_t width) {
  const std::size_t length = utf8_length(text);
  return std::string(width > length ? width - length : 0, ' ').append(text);
}

std::string csv_field(std::string_view text, char separator) {
  const char special[] = {separator, '"', '\r', '\n'};
  if (text.find_first_of(std::string_view(special, sizeof special)) == std::string_view::npos)
    return std::string(text);
  std::string field = "\"";
  for (char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string json_string(std::string_view text) {
  std::string string = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0)
      string += "\uFFFD";
    else if (first == '"' || first == '\\')
      string += {'\\', text[0]};
    else if (first < 0x20)
      string += json_escape(first);
    else
      string += text.substr(0, length);
    text.remove_prefix(character(text));
  }
  return string + '"';
}

}  // namespace keratin
