#pragma once
// PRIVATE: what constructors of metrics do with their options.

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

/// What a word stands for that an option is given as. Throws std::invalid_argument for an unknown
/// one, listing those there are.
template <class Value>
Value value_named(std::string_view option, std::span<const NamedValue<Value>> rows,
                  std::string_view word) {
  const NamedValue<Value>* row = find_row(rows, word);
  if (!row) fail_unknown(option, rows, word);
  return row->value;
}

}  // namespace keratin::metrics
