#pragma once
// Formulas for a web page: a little of TeX, turned into MathML, which browsers show without any
// script.

#include <string>
#include <string_view>

/// Understands words (upright), single letters (italic), numbers, signs, {groups}, x^2, x_i,
/// \frac{a}{b}, \sqrt{a}, ∑_i and "plain text". Throws std::invalid_argument for what does not end.
std::string mathml(std::string_view formula);

/// With &, < and > written as HTML wants them.
std::string html(std::string_view text);
