#pragma once
// PRIVATE: scripts for gnuplot, and running it.

#include <cstddef>
#include <string>
#include <string_view>

#include "keratin/check.hpp"

namespace keratin::plot {

/// `text` as a string of gnuplot's language that nothing in it can end: in single quotes, where gnuplot expands neither backquotes nor
/// backslashes. Line breaks stay; other control characters and what is no UTF-8 become U+FFFD, as neither may stand in SVG.
std::string quoted(std::string_view text);

/// A number as gnuplot reads it; NaN and Inf become NaN, which leaves a gap.
std::string number(double value);

/// A field of a CSV line, in quotes where it needs them.
std::string csv_field(std::string_view text);

/// Text width in characters.
std::size_t width_of(std::string_view utf8);

/// What a picture is made of.
struct Drawing {
  int width = 0, height = 0;
  std::string title;                           // for who cannot see it
  std::string script;                          // from after `set terminal`
  std::string csv;                             // the data, for when there is no gnuplot
};
/// Throws unless `path` ends in .svg or .png.
void check_ending(const std::string& path);
/// See plot.hpp for what it throws.
void draw(const Drawing& drawing, const std::string& path);

}  // namespace keratin::plot
