#include "keratin/logs.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/files.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

template <class Entries>
auto find(Entries& entries, std::string_view name) {
  return std::find_if(entries.begin(), entries.end(),
                      [name](const auto& entry) { return entry.first == name; });
}

// The place of `name`, which must be there.
template <class Entries>
std::size_t place_of(const Entries& entries, std::string_view name, const char* where) {
  const auto at = find(entries, name);
  if (at != entries.end()) return static_cast<std::size_t>(at - entries.begin());
  const auto name_of = [](const auto& entry) { return entry.first; };
  fail(where, "there is no '", name, "' among: ", joined(entries, name_of));
}

// The value of a series in each epoch of the history, or nothing where it has none.
std::vector<std::optional<double>> column(const History& history, std::string_view name) {
  const std::vector<double>& values = history[name];
  const std::vector<int>& epochs = history.epochs(name);
  std::vector<std::optional<double>> cells;
  std::size_t next = 0;
  for (int epoch : history.epoch) {
    cells.emplace_back();
    if (next == epochs.size() || epochs[next] != epoch) continue;
    cells.back() = values[next];
    ++next;
  }
  return cells;
}

void check_column_names(const History& history) {
  check(!history.history.contains("epoch"), "history",
        "a series is named 'epoch', like the column of epochs");
}

std::string json_number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? concat(*value) : "null";
}

}  // namespace

double& Logs::operator[](std::string_view name) & {
  const auto at = find(entries_, name);
  return at != entries_.end() ? at->second : entries_.emplace_back(name, 0.0).second;
}

double Logs::operator[](std::string_view name) const& {
  return entries_[place_of(entries_, name, "logs")].second;
}

bool Logs::contains(std::string_view name) const { return find(entries_, name) != entries_.end(); }

const std::vector<double>& History::Values::operator[](std::string_view name) const& {
  return entries_[place_of(entries_, name, "history")].second;
}

std::vector<double> History::Values::operator[](std::string_view name) && {
  return std::move(entries_[place_of(entries_, name, "history")].second);
}

bool History::Values::contains(std::string_view name) const {
  return find(entries_, name) != entries_.end();
}

const std::vector<int>& History::epochs(std::string_view name) const& {
  return history.epochs_[place_of(history.entries_, name, "history")];
}

std::vector<int> History::epochs(std::string_view name) && {
  return std::as_const(*this).epochs(name);
}

void History::append(int epoch_index, const Logs& logs) {
  check(epoch.empty() || epoch_index > epoch.back(), "history", "epoch ", epoch_index,
        " cannot come after epoch ", epoch.empty() ? 0 : epoch.back());
  epoch.push_back(epoch_index);
  for (const auto& [name, value] : logs) {
    if (!history.contains(name)) {
      history.entries_.push_back({name, {}});
      history.epochs_.emplace_back();
    }
    const std::size_t place = place_of(history.entries_, name, "history");
    history.entries_[place].second.push_back(value);
    history.epochs_[place].push_back(epoch_index);
  }
}

void History::to_csv(const std::string& path) const {
  check_column_names(*this);
  std::string header = "epoch";
  std::vector<std::string> lines;
  for (int index : epoch) lines.push_back(concat(index));
  for (const auto& entry : history) {
    header += ',' + csv_field(entry.first);
    const auto cells = column(*this, entry.first);
    for (std::size_t row = 0; row < lines.size(); ++row)
      lines[row] += cells[row] ? concat(',', *cells[row]) : ",";
  }
  std::string text = header + '\n';
  for (const std::string& line : lines) text += line + '\n';
  write_file("history", path, text);
}

void History::to_json(const std::string& path) const {
  check_column_names(*this);
  std::string text = "{\n  \"epoch\": [";
  for (std::size_t i = 0; i < epoch.size(); ++i) text += concat(i > 0 ? ", " : "", epoch[i]);
  for (const auto& entry : history) {
    text += "],\n  " + json_string(entry.first) + ": [";
    const auto cells = column(*this, entry.first);
    for (std::size_t row = 0; row < cells.size(); ++row)
      text += (row > 0 ? ", " : "") + json_number(cells[row]);
  }
  write_file("history", path, text + "]\n}\n");
}

}  // namespace keratin
