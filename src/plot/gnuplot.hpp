#pragma once
// PRIVATE: scripts for gnuplot, and running it.

#include <cstddef>
#include <string>
#include <string_view>

#include "keratin/check.hpp"

namespace keratin::plot {

/// `text` with U+FFFD in place of what XML does not allow: control characters except line breaks,
/// and bytes that are no UTF-8.
std::string clean(std::string_view text);

/// `text`, cleaned, as a string of gnuplot's language. It stands in single quotes, where gnuplot
/// expands neither backquotes nor backslashes; quotes within it are written as expressions, since
/// gnuplot misreads ''' at the start of a string.
std::string quoted(std::string_view text);

/// A number for gnuplot. NaN and Inf become NaN, which leaves a gap in a curve.
std::string number(double value);

/// The number of lines, 0 for no text.
std::size_t lines_of(std::string_view text);

/// gnuplot's SVG with our title and about half as long: attributes that nearly all groups repeat
/// move to the outermost one, and empty groups are removed.
std::string tidy(std::string svg, const std::string& title);

/// A picture before it is drawn.
struct Drawing {
  int width = 0, height = 0;
  std::string title = "";   // read out to those who cannot see the picture
  std::string script = "";  // for gnuplot, after `set terminal`
  std::string csv = "";     // the data, written if there is no gnuplot
};
/// Throws unless `path` ends in .svg or .png.
void check_ending(const std::string& path);
/// See plot.hpp for what it throws.
void draw(const Drawing& drawing, const std::string& path);

}  // namespace keratin::plot
