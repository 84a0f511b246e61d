#include "core/exact_numbers.hpp"

#include <cmath>
#include <limits>

#include "keratin/check.hpp"
#include "keratin/fields.hpp"

namespace keratin {

Config exact_number(double value) {
  if (std::isfinite(value)) return value;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

double number_of(std::string_view where, const Config& value) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (value == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (value == "inf") return infinity;
  if (value == "-inf") return -infinity;
  return value_of<double>(value, where, "a number");
}

Config word_bits(std::uint64_t word) { return static_cast<std::int64_t>(word); }

std::uint64_t word_of(std::string_view where, const Config& bits) {
  return static_cast<std::uint64_t>(value_of<std::int64_t>(bits, where, "a word"));
}

const Config& StateReader::at(const char* key) const {
  const Config* value = object_.find(key);
  check(value != nullptr, where_, "the saved state has no '", key, "'");
  return *value;
}

int StateReader::integer(const char* key) const { return value_of<int>(at(key), where_, key); }

long StateReader::long_integer(const char* key) const {
  return value_of<long>(at(key), where_, key);
}

double StateReader::number(const char* key) const { return number_of(where_, at(key)); }

std::optional<double> StateReader::optional_number(const char* key) const {
  if (at(key).is_null()) return std::nullopt;
  return number(key);
}

std::uint64_t StateReader::word(const char* key) const { return word_of(where_, at(key)); }

bool StateReader::truth(const char* key) const { return value_of<bool>(at(key), where_, key); }

const Config::List& StateReader::list(const char* key) const { return list_of(where_, at(key)); }

const Config::List& list_of(std::string_view where, const Config& value) {
  const auto* list = value.get_if<Config::List>();
  check(list != nullptr, where, "the saved state has ", value, ", wanted a list");
  return *list;
}

}  // namespace keratin
