#include "core/names.hpp"

#include <cctype>
#include <map>
#include <mutex>

#include "core/never_destroyed.hpp"
#include "keratin/utils.hpp"

namespace keratin {

namespace {

std::mutex counters_lock;
std::map<std::string, int>& counters() {
  static NeverDestroyed<std::map<std::string, int>> counters;
  return *counters;
}

bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)); }
bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)); }

}  // namespace

std::string snake_case(std::string_view name) {
  // an underscore before a capital that lower case follows, then between lower case (or a digit)
  // and a capital
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word =
        i > 0 && is_upper(name[i]) &&
        ((i + 1 < name.size() && is_lower(name[i + 1])) || is_lower(name[i - 1]));
    if (starts_word) text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return text;
}

std::string unique_name(const std::string& prefix) {
  std::lock_guard lock(counters_lock);
  const int count = counters()[prefix]++;
  return count == 0 ? prefix : prefix + "_" + std::to_string(count);
}

void utils::clear_session() {
  std::lock_guard lock(counters_lock);
  counters().clear();
}

}  // namespace keratin
