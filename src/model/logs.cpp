#include "keratin/logs.hpp"

#include "keratin/check.hpp"

namespace keratin {

namespace {

template <class Entries>
auto find(Entries& entries, std::string_view name) {
  auto at = entries.begin();
  while (at != entries.end() && at->first != name) ++at;
  return at;
}

template <class Entries>
const auto& existing(const Entries& entries, std::string_view name, const char* where) {
  const auto at = find(entries, name);
  if (at != entries.end()) return at->second;
  std::string names;
  for (const auto& entry : entries) names += (names.empty() ? "" : ", ") + entry.first;
  fail(where, "there is no '", name, "' among: ", names);
}

template <class Entries>
auto& existing_or_new(Entries& entries, std::string_view name) {
  const auto at = find(entries, name);
  if (at != entries.end()) return at->second;
  return entries.emplace_back(std::string(name), typename Entries::value_type::second_type{})
      .second;
}

}  // namespace

double& Logs::operator[](std::string_view name) { return existing_or_new(entries_, name); }
double Logs::operator[](std::string_view name) const { return existing(entries_, name, "logs"); }
bool Logs::contains(std::string_view name) const { return find(entries_, name) != entries_.end(); }

std::vector<double>& History::Values::operator[](std::string_view name) {
  return existing_or_new(entries_, name);
}
const std::vector<double>& History::Values::operator[](std::string_view name) const {
  return existing(entries_, name, "history");
}
bool History::Values::contains(std::string_view name) const {
  return find(entries_, name) != entries_.end();
}

}  // namespace keratin
