#pragma once
// Config: a tree of values that describes an object, as a configuration file would hold it. It
// knows no file format; numbers keep their type, since Keras tells 5 from 5.0.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

/// A value, or a list or an object of such: what describes an object.
class Config {
 public:
  struct Entry;
  using List = std::vector<Config>;
  using Object = std::vector<Entry>;  // in the order in which the entries were added
  using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Object>;

  Config() = default;  // null
  template <class T>
  requires std::is_arithmetic_v<T> Config(T value);
  Config(const char* text);
  Config(std::string text);
  Config(List list);
  Config(Object object);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  /// The value if it has that type, else nullptr.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&value_);
  }
  /// The entry of that name if this is an object that has one, else nullptr.
  const Config* find(std::string_view key) const;
  /// Changes the entry of that name or adds it at the end. Throws unless this is an object.
  void set(std::string_view key, Config value);

  friend bool operator==(const Config& a, const Config& b) { return a.equals(b); }
  /// As Python prints it: {"units": 84, "rate": 0.5, "activation": None}. A friend only, so that no
  /// text is taken for a Config and printed in quotes.
  friend std::string to_string(const Config& config) { return config.text(); }

 private:
  bool equals(const Config& other) const;
  std::string text() const;

  Value value_;
};

/// A name and its value in an object.
struct Config::Entry {
  std::string key;
  Config value;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// A number is kept as a bool, a 64-bit integer or a double.
template <class T>
requires std::is_arithmetic_v<T> Config::Config(T value) {
  if constexpr (std::is_same_v<T, bool>)
    value_ = value;
  else if constexpr (std::is_integral_v<T>)
    value_ = static_cast<std::int64_t>(value);
  else
    value_ = static_cast<double>(value);
}

}  // namespace keratin
