#include <algorithm>
#include <cmath>

#include "plot/gnuplot.hpp"

namespace keratin::plot {

namespace {

/// The length of the UTF-8 sequence that `text` starts with; 0 if it is none. (Surrogates and
/// overlong forms do no harm here.)
std::size_t sequence_at(std::string_view text) {
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

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_at(text);
    const auto c = static_cast<unsigned char>(text[0]);
    if (c == '\t')
      out += ' ';
    else if (length == 0 || (c < 0x20 && c != '\n') || c == 0x7F)
      out += "\uFFFD";
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : clean(text))
    out += c == '\n' ? "'.\"\\n\".'" : c == '\'' ? "'.\"\\047\".'" : std::string(1, c);
  return out + "'";
}

std::string number(double value) { return std::isfinite(value) ? concat(value) : "NaN"; }

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::size_t width_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::size_t lines_of(std::string_view text) {
  return text.empty() ? 0
                      : 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace keratin::plot
