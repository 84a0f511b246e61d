#pragma once
// PRIVATE: UTF-8, and text as CSV and JSON write it.
//
// A character is a code point here: an accent that follows its letter as a code point of its own
// counts as one more. Bytes that are no UTF-8 count as a character each.

#include <cstddef>
#include <string>
#include <string_view>

namespace keratin {

/// Bytes of the UTF-8 sequence at the start of `text`, or 0 if there is none. Surrogates and
/// overlong forms pass as sequences.
std::size_t utf8_sequence(std::string_view text);

/// Number of characters.
std::size_t utf8_length(std::string_view text);

/// The first `characters` characters, or all of them when there are fewer.
std::string_view utf8_prefix(std::string_view text, std::size_t characters);

/// `text` behind as many blanks as `width` characters need.
std::string right_aligned(std::string_view text, std::size_t width);

/// A field of a CSV line, in quotes where it needs them.
std::string csv_field(std::string_view text, char separator = ',');

/// A JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

}  // namespace keratin
