#include "core/text.hpp"

#include <algorithm>
#include <cmath>

#include "plot/gnuplot.hpp"

namespace keratin::plot {

std::string clean(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
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
  for (char c : clean(text)) {
    if (c == '\n')
      out += "'.\"\\n\".'";
    else if (c == '\'')
      out += "'.\"\\047\".'";
    else
      out += c;
  }
  return out + "'";
}

std::string number(double value) { return std::isfinite(value) ? concat(value) : "NaN"; }

std::size_t lines_of(std::string_view text) {
  return text.empty() ? 0
                      : 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace keratin::plot
