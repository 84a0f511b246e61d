#include "keratin/callbacks/csv_logger.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/exact_numbers.hpp"
#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"
#include "keratin/fields.hpp"

namespace keratin::callbacks {

namespace {

std::vector<std::string> column_names(const Logs& logs) {
  std::vector<std::string> names;
  for (const auto& log : logs) names.push_back(log.first);
  std::sort(names.begin(), names.end());
  const auto of_validation = [](const std::string& name) { return name.starts_with("val_"); };
  if (std::any_of(names.begin(), names.end(), of_validation)) return names;
  for (std::size_t i = 0, count = names.size(); i < count; ++i) names.push_back("val_" + names[i]);
  return names;
}

}  // namespace

CSVLogger::CSVLogger(std::string filename, CSVLoggerOptions options)
    : filename_(std::move(filename)), options_(std::move(options)) {
  check(options_.separator.size() == 1, "CSVLogger", "separator is '", options_.separator,
        "', wanted one character");
}

void CSVLogger::check_written(bool ok) const {
  check<std::runtime_error>(ok, "CSVLogger", "cannot write '", filename_,
                            "': ", std::string_view(std::strerror(errno)));
}

void CSVLogger::on_train_begin(Logs&) {
  file_.reset(std::fopen(filename_.c_str(), "ab"));
  check_written(file_ != nullptr);
  begun_ = false;
  names_.reset();
}

// What an earlier run has written goes only now, since a run that is resumed continues it.
void CSVLogger::begin_file() {
  if (std::exchange(begun_, true)) return;
  if (!options_.append) check_written(ftruncate(fileno(file_.get()), 0) == 0);
  std::fseek(file_.get(), 0, SEEK_END);
  writes_header_ = std::ftell(file_.get()) <= 0;
}

void CSVLogger::on_epoch_end(int epoch, Logs& logs) {
  begin_file();
  if (!names_) {
    names_ = column_names(logs);
    if (writes_header_) write_line("epoch", *names_);
  }
  std::vector<std::string> values;
  for (const std::string& name : *names_)
    values.push_back(logs.contains(name) ? python_repr(logs[name]) : "NA");
  write_line(concat(epoch), values);
  check_written(std::fflush(file_.get()) == 0);
}

void CSVLogger::on_train_end(Logs&) {
  begin_file();
  file_.reset();
}

CallbackState CSVLogger::get_state() const {
  if (!file_) return {};
  std::fseek(file_.get(), 0, SEEK_END);
  const long size = begun_ || options_.append ? std::ftell(file_.get()) : 0;
  return {Config::Object{{"size", size},
                         {"begun", begun_},
                         {"writes_header", writes_header_},
                         {"names", names_ ? to_config(*names_) : Config()}}};
}

void CSVLogger::set_state(const CallbackState& state) {
  const StateReader values("CSVLogger", state.values);
  const long wanted = values.long_integer("size");
  std::fseek(file_.get(), 0, SEEK_END);
  const long size = std::ftell(file_.get());
  check<std::runtime_error>(size >= wanted, "CSVLogger", "'", filename_,
                            "' has lost lines of the run that is resumed: it has ", size,
                            " bytes, wanted ", wanted);
  check_written(ftruncate(fileno(file_.get()), wanted) == 0);
  begun_ = values.truth("begun");
  writes_header_ = values.truth("writes_header");
  names_.reset();
  if (!values.at("names").is_null())
    names_ = value_of<std::vector<std::string>>(values.at("names"), "CSVLogger", "names");
}

void CSVLogger::write_line(std::string first, const std::vector<std::string>& others) {
  const char separator = options_.separator[0];
  std::string line = csv_field(first, separator);
  for (const std::string& field : others) line += separator + csv_field(field, separator);
  line += "\r\n";
  check_written(std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size());
}

}  // namespace keratin::callbacks
