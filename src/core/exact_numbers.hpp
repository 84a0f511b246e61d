#pragma once
// PRIVATE: numbers of a state in a Config, bit for bit.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "keratin/config.hpp"

namespace keratin {

/// The number, or where it is not finite, which JSON cannot say, its name: "nan", "inf", "-inf".
Config exact_number(double value);

/// A word, as a number with the same bits: a Config's integers are signed.
Config word_bits(std::uint64_t word);
/// The word of such a number. Throws std::invalid_argument for anything else.
std::uint64_t word_of(std::string_view where, const Config& bits);

/// Reads the entries of an object. Throws std::invalid_argument, naming `where` and the entry, for
/// one that is missing or of another type.
class StateReader {
 public:
  StateReader(std::string_view where, const Config& object) : where_(where), object_(object) {}

  const Config& at(const char* key) const;
  int integer(const char* key) const;
  long long_integer(const char* key) const;
  double number(const char* key) const;
  std::optional<double> optional_number(const char* key) const;  // null: none
  bool truth(const char* key) const;
  std::uint64_t word(const char* key) const;
  const Config::List& list(const char* key) const;

 private:
  std::string_view where_;
  const Config& object_;
};

/// A value that is a list. Throws std::invalid_argument for another.
const Config::List& list_of(std::string_view where, const Config& value);
/// What exact_number() gave.
double number_of(std::string_view where, const Config& value);

}  // namespace keratin
