#include "keratin/callbacks/csv_logger.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"

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
  file_.reset(std::fopen(filename_.c_str(), options_.append ? "ab" : "wb"));
  check_written(file_ != nullptr);
  std::fseek(file_.get(), 0, SEEK_END);
  writes_header_ = std::ftell(file_.get()) <= 0;
  names_.reset();
}

void CSVLogger::on_epoch_end(int epoch, Logs& logs) {
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

void CSVLogger::on_train_end(Logs&) { file_.reset(); }

void CSVLogger::write_line(std::string first, const std::vector<std::string>& others) {
  const char separator = options_.separator[0];
  std::string line = csv_field(first, separator);
  for (const std::string& field : others) line += separator + csv_field(field, separator);
  line += "\r\n";
  check_written(std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size());
}

}  // namespace keratin::callbacks
