#pragma once
// PRIVATE: a Config as JSON text.

#include <string>
#include <string_view>

#include "keratin/config.hpp"

namespace keratin {

/// What the text says. The depth and the number of its values are bounded. Throws
/// std::runtime_error "[where] is no JSON: ..." for anything else than one value, for numbers that
/// are not finite and for objects with two equal keys; `what` stands before "is".
Config parse_json(std::string_view where, std::string_view text, std::string_view what = "");

/// The text as Python's json.dumps writes it: ", " and ": " between values, a double with a point
/// or an exponent. Throws std::invalid_argument for a number that is not finite, which JSON lacks.
std::string write_json(const Config& config);

}  // namespace keratin
