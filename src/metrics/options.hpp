#pragma once
// PRIVATE: what constructors of metrics do with their options.

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/names.hpp"
#include "keratin/family.hpp"

namespace keratin::metrics {

/// The given name, else Keras's for the class.
inline std::string name_or(const std::string& given, const char* default_name) {
  return given.empty() ? default_name : given;
}

/// The given name, else that of a class whose metrics Keras counts: precision, then precision_1.
inline std::string name_or_unique(const std::string& given, std::string_view class_name) {
  return given.empty() ? unique_name(snake_case(class_name)) : given;
}

/// The options with one field changed: what a positional argument stands for.
template <class Options, class Value>
Options with(Options options, Value Options::*field, Value value) {
  options.*field = value;
  return options;
}

/// A word that an option can be, and what it means: a row for find_row().
template <class Meaning>
struct Word {
  const char* class_name;
  std::array<const char*, 3> aliases;
  Meaning meaning;
};

/// What a word means. Throws std::invalid_argument for an unknown one, listing those there are;
/// `option` says what is looked for.
template <class Meaning>
Meaning meaning_of(std::string_view option, std::span<const Word<Meaning>> words,
                   std::string_view word) {
  const Word<Meaning>* found = find_row(words, word);
  if (!found) fail_unknown(option, words, word);
  return found->meaning;
}

}  // namespace keratin::metrics
