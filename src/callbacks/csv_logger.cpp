#include "keratin/callbacks/csv_logger.hpp"

#include <algorithm>
#include <utility>

#include "core/exact_numbers.hpp"
#include "core/files.hpp"
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

CSVLogger::CSVLogger(CSVLogger&&) noexcept = default;
CSVLogger::~CSVLogger() = default;

void CSVLogger::on_train_begin(Logs&) {
  file_ = std::make_unique<GrowingFile>("CSVLogger", filename_);
  begun_ = false;
  names_.reset();
}

// What an earlier run has written is replaced only now, since a run that is resumed continues it.
void CSVLogger::write(std::string_view lines) {
  const bool replaces = !begun_ && !options_.append;
  if (replaces) {
    write_file("CSVLogger", filename_, lines);
    file_ = std::make_unique<GrowingFile>("CSVLogger", filename_);
  } else {
    file_->append(lines);
  }
  begun_ = true;
}

void CSVLogger::on_epoch_end(int epoch, Logs& logs) {
  if (!begun_) writes_header_ = !options_.append || file_->size() == 0;
  std::string lines;
  if (!names_) {
    names_ = column_names(logs);
    if (writes_header_) lines = line("epoch", *names_);
  }
  std::vector<std::string> values;
  for (const std::string& name : *names_)
    values.push_back(logs.contains(name) ? python_repr(logs[name]) : "NA");
  write(lines + line(concat(epoch), values));
}

void CSVLogger::on_train_end(Logs&) {
  if (!begun_) write("");
  file_.reset();
}

CallbackState CSVLogger::get_state() const {
  if (!file_) return {};
  const std::uint64_t size = begun_ || options_.append ? file_->size() : 0;
  return {Config::Object{{"size", size},
                         {"begun", begun_},
                         {"writes_header", writes_header_},
                         {"names", names_ ? to_config(*names_) : Config()}}};
}

void CSVLogger::set_state(const CallbackState& state) {
  const StateReader values("CSVLogger", state.values);
  const auto wanted = static_cast<std::uint64_t>(values.long_integer("size"));
  const std::uint64_t size = file_->size();
  check<std::runtime_error>(size >= wanted, "CSVLogger", "'", filename_,
                            "' has lost lines of the run that is resumed: it has ", size,
                            " bytes, wanted ", wanted);
  file_->shorten(wanted);
  begun_ = values.truth("begun");
  writes_header_ = values.truth("writes_header");
  names_.reset();
  if (!values.at("names").is_null())
    names_ = value_of<std::vector<std::string>>(values.at("names"), "CSVLogger", "names");
}

std::string CSVLogger::line(std::string first, const std::vector<std::string>& others) const {
  const char separator = options_.separator[0];
  std::string text = csv_field(first, separator);
  for (const std::string& field : others) text += separator + csv_field(field, separator);
  return text + "\r\n";
}

}  // namespace keratin::callbacks
