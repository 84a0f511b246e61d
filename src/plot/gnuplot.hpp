#pragma once
// PRIVATE: scripts for gnuplot, and running it.

#include <cstddef>
#include <string>
#include <string_view>

#include "keratin/check.hpp"

namespace keratin::plot {

/// `text` without what may not stand in XML: control characters but line breaks, and what is no
/// UTF-8, become U+FFFD.
std::string clean(std::string_view text);

/// `text`, cleaned, as a string of gnuplot's language that nothing in it can end: in single quotes,
/// where gnuplot expands neither backquotes nor backslashes; a quote itself comes from an
/// expression, as gnuplot misreads ''' at the start of a string.
std::string quoted(std::string_view text);

/// A number as gnuplot reads it; NaN and Inf become NaN, which leaves a gap.
std::string number(double value);

/// A field of a CSV line, in quotes where it needs them.
std::string csv_field(std::string_view text);

/// In characters, and lines (0 for no text).
std::size_t width_of(std::string_view utf8);
std::size_t lines_of(std::string_view text);

/// gnuplot's SVG with our title, half as long: what nearly all of its groups repeat is said once,
/// and empty ones go.
std::string tidy(std::string svg, const std::string& title);

/// What a picture is made of.
struct Drawing {
  int width = 0, height = 0;
  std::string title = "";   // for who cannot see it
  std::string script = "";  // from after `set terminal`
  std::string csv = "";     // the data, for when there is no gnuplot
};
/// Throws unless `path` ends in .svg or .png.
void check_ending(const std::string& path);
/// See plot.hpp for what it throws.
void draw(const Drawing& drawing, const std::string& path);

}  // namespace keratin::plot
