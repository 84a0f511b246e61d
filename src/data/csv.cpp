#include "data/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/huge_pages.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr std::size_t chunk = 1 << 18;  // bytes of text in memory, unless a record is longer
constexpr std::size_t longest_record = 1 << 26;  // bytes, where text is not kept
constexpr std::size_t most_reserved = 1 << 28;   // bytes taken before they are needed
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr std::size_t most_offset = std::numeric_limits<std::uint32_t>::max();

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// A text that is a number too large or too small for a double: infinity or 0, with its sign.
float out_of_range(std::string_view text) {
  const bool tiny = text.find("e-") != text.npos || text.find("E-") != text.npos ||
                    text.find_first_of("123456789") > text.find('.');
  const float size = tiny ? 0.0f : infinity;
  return text.front() == '-' ? -size : size;
}

}  // namespace

std::string_view csv_value(std::string_view field, std::string& buffer) {
  if (field.size() < 2 || field.front() != '"') return field;
  field = field.substr(1, field.size() - 2);
  if (field.find('"') == field.npos) return field;
  buffer.clear();
  for (std::size_t i = 0; i < field.size(); ++i) {
    buffer += field[i];
    if (field[i] == '"') ++i;  // the second one of two
  }
  return buffer;
}

CsvValues::CsvValues(const char* where, const CsvOptions& options)
    : decimal_(options.decimal), missing_(options.missing) {
  const auto check_char = [&](const char* name, char c) {
    check(c != '"' && c != '\r' && c != '\n' && c != '\0', where, name,
          " is a quote, a line end or a zero byte");
  };
  check_char("delimiter", options.delimiter);
  check_char("decimal", options.decimal);
  check(options.delimiter != options.decimal, where, "delimiter and decimal are both '",
        options.delimiter, "'");
  for (std::string& value : missing_) {
    value = std::string(trimmed(value));
    starts_missing_[value.empty() ? 0 : static_cast<unsigned char>(value[0])] = true;
  }
}

bool CsvValues::missing(std::string_view field) const {
  std::string buffer;
  return is_missing(trimmed(csv_value(field, buffer)));
}

bool CsvValues::is_missing(std::string_view text) const {
  return starts_missing_[text.empty() ? 0 : static_cast<unsigned char>(text[0])] &&
         std::find(missing_.begin(), missing_.end(), text) != missing_.end();
}

std::optional<float> CsvValues::parsed(std::string_view text) const {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  float value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ptr != end || text.empty()) return std::nullopt;
  if (result.ec == std::errc()) return value;
  double larger = 0;  // subnormal float32, or out of its range
  if (std::from_chars(text.data(), end, larger).ec != std::errc()) return out_of_range(text);
  constexpr double most = std::numeric_limits<float>::max();
  if (std::abs(larger) > most) return larger > 0 ? infinity : -infinity;
  return static_cast<float>(larger);
}

std::optional<float> CsvValues::number(std::string_view field) const {
  // Most fields are plain numbers.
  if (!field.empty() && decimal_ == '.' && !starts_missing_[static_cast<unsigned char>(field[0])]) {
    float value = 0;
    const char* const end = field.data() + field.size();
    const auto result = std::from_chars(field.data(), end, value);
    if (result.ec == std::errc() && result.ptr == end) return value;
  }
  std::string buffer;
  const std::string_view text = trimmed(csv_value(field, buffer));
  if (is_missing(text)) return std::numeric_limits<float>::quiet_NaN();
  if (decimal_ == '.') return parsed(text);
  if (text.find('.') != text.npos) return std::nullopt;
  std::string with_point(text);
  std::replace(with_point.begin(), with_point.end(), decimal_, '.');
  return parsed(with_point);
}

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, const char* where,
                     const CsvOptions& options, Keep keep)
    : source_(std::move(source)),
      where_(where),
      keep_(keep == Keep::everything),
      delimiter_(options.delimiter) {
  for (char c : {options.delimiter, '\n', '\r'}) special_[static_cast<unsigned char>(c)] = true;
  capacity_ = keep_ ? std::clamp<std::size_t>(source_->at_most() + 2, chunk, most_reserved) : chunk;
  text_ = std::make_unique_for_overwrite<char[]>(capacity_);
  ask_for_huge_pages(text_.get(), capacity_);
  text_[0] = '\n';
  refill();
  const std::string_view text(text_.get(), size_);
  check<std::runtime_error>(!text.starts_with("\xFF\xFE") && !text.starts_with("\xFE\xFF"), where_,
                            source_->path(), ": is encoded in UTF-16, wanted UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) next_ = 3;
  check<std::runtime_error>(read_record(), where_, source_->path(),
                            ": has no columns: it is empty");
  set_columns(options.header);
}

// Reads more of the file behind the text there is. Unless everything is kept, what lies before the
// next record is dropped.
void CsvReader::refill() {
  if (!keep_ && next_ > 0) {
    lines_ = line_number({text_.get(), size_}, next_, lines_);
    std::memmove(text_.get(), text_.get() + next_, size_ - next_);
    size_ -= next_;
    next_ = 0;
  }
  if (size_ + 1 == capacity_) {
    record_ = next_;
    if (!keep_ && capacity_ >= longest_record)
      fail<std::runtime_error>(where_, place(), ": is longer than ", longest_record,
                               " bytes: is there a quote that is not closed?");
    auto larger = std::make_unique_for_overwrite<char[]>(2 * capacity_);
    std::memcpy(larger.get(), text_.get(), size_);
    text_ = std::move(larger);
    capacity_ *= 2;
  }
  const std::size_t room = capacity_ - 1 - size_;
  const std::size_t got = source_->read(text_.get() + size_, room);
  ended_ = got < room;
  size_ += got;
  text_[size_] = '\n';
}

// Finds the fields of the record at next_ and goes to the one behind it. Quotes mean something at
// the start of a field only.
CsvReader::Scan CsvReader::scan() {
  const char* const start = text_.get() + next_;
  const char* const end = text_.get() + size_;  // there is a '\n' there
  const char* at = start;
  fields_.clear();
  for (;; ++at) {
    const char* const field = at;
    if (*at == '"') {
      do {
        at = static_cast<const char*>(std::memchr(at + 1, '"', static_cast<std::size_t>(end - at)));
        if (!at) return ended_ ? Scan::unclosed_quote : Scan::incomplete;
        ++at;
      } while (*at == '"');
      if (!special_[static_cast<unsigned char>(*at)]) return Scan::text_after_quote;
    } else {
      while (!special_[static_cast<unsigned char>(*at)]) ++at;
    }
    fields_.push_back(
        {static_cast<std::uint32_t>(field - start), static_cast<std::uint32_t>(at - field)});
    if (*at != delimiter_) break;
  }
  if (!ended_ && end - at < 2) return Scan::incomplete;  // LF may follow a CR
  if (static_cast<std::size_t>(at - start) >= most_offset)
    fail<std::runtime_error>(where_, place(), ": is longer than ", most_offset, " bytes");
  if (at < end) at += at[0] == '\r' && at[1] == '\n' && at + 1 < end ? 2 : 1;
  record_ = next_;
  next_ = static_cast<std::size_t>(at - text_.get());
  return Scan::record;
}

bool CsvReader::blank(const CsvField& field) const {
  return trimmed({text_.get() + record_ + field.offset, field.length}).empty();
}

// The next record that has a value.
bool CsvReader::read_record() {
  for (;;) {
    if (next_ >= size_) {
      if (!ended_) refill();
      if (next_ >= size_) return false;
    }
    switch (scan()) {
      case Scan::incomplete: refill(); break;
      case Scan::record:
        for (const CsvField& field : fields_)
          if (!blank(field)) return true;
        break;
      case Scan::unclosed_quote:
        record_ = next_;
        fail<std::runtime_error>(where_, place(fields_.size()),
                                 ": a quote is opened, but not closed");
      case Scan::text_after_quote:
        record_ = next_;
        fail<std::runtime_error>(where_, place(fields_.size()),
                                 ": text follows the closing quote (a quote within quotes is "
                                 "written as two)");
    }
  }
}

void CsvReader::set_columns(bool header) {
  std::string buffer;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const bool quoted = fields_[i].length > 0 && field(i).front() == '"';
    std::string_view name = csv_value(field(i), buffer);
    if (!quoted) name = trimmed(name);
    if (!name.empty()) required_ = i + 1;
    if (!header)
      columns_.push_back(concat(i));
    else
      columns_.push_back(name.empty() ? concat("Unnamed: ", i) : std::string(name));
  }
  if (header) used_ = required_;
  first_is_data_ = !header;
}

bool CsvReader::next() {
  if (started_) ++row_;
  started_ = true;
  if (first_is_data_)
    first_is_data_ = false;
  else if (!read_record())
    return false;
  fit_to_columns();
  return true;
}

// Brings the fields to one for each column: empty ones too many are dropped, empty ones may be left
// out behind the last column that has a name.
void CsvReader::fit_to_columns() {
  while (fields_.size() > columns_.size() && blank(fields_.back())) fields_.pop_back();
  const std::size_t count = fields_.size();
  if (count < required_ || count > columns_.size())
    fail<std::runtime_error>(where_, place(), ": has ", count, " fields, wanted ",
                             count < required_ ? required_ : columns_.size());
  const CsvField& last = fields_.back();
  fields_.resize(columns_.size(), CsvField{last.offset + last.length, 0});
  for (std::size_t i = columns_.size(); i > used_; --i)
    if (!blank(fields_[i - 1])) used_ = i;
}

std::string CsvReader::place() const {
  const std::size_t line = line_number({text_.get(), size_}, record_, lines_);
  if (!started_) return concat(source_->path(), ": line ", line);
  return concat(source_->path(), ": row ", row_, " (line ", line, ')');
}

std::string CsvReader::place(std::size_t column) const {
  if (column < columns_.size()) return concat(place(), ", column '", columns_[column], '\'');
  return concat(place(), ", column ", column);
}

std::size_t line_number(std::string_view text, std::size_t at, std::size_t first) {
  std::size_t line = first;
  for (std::size_t i = 0; i < at; ++i)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')))
      ++line;
  return line;
}

}  // namespace keratin
