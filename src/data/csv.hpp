#pragma once
// PRIVATE: reads CSV files record by record.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/byte_source.hpp"
#include "keratin/csv.hpp"

namespace keratin {

/// Where a field is, quotes included, counted from the start of its record.
struct CsvField {
  std::uint32_t offset, length;
};

/// The text of a field as the file has it, without its quotes and with its doubled quotes made
/// single; `buffer` is used if the text had to be changed.
std::string_view csv_value(std::string_view field, std::string& buffer);

/// Fields as values, by the options.
class CsvValues {
 public:
  /// Throws std::invalid_argument for options that contradict each other.
  CsvValues(const char* where, const CsvOptions& options);

  bool missing(std::string_view field) const;
  /// The number correctly rounded, NaN for a missing value, or nothing for any other text.
  std::optional<float> number(std::string_view field) const;

 private:
  bool is_missing(std::string_view text) const;
  std::optional<float> parsed(std::string_view text) const;
  char decimal_;
  std::vector<std::string> missing_;
  bool starts_missing_[256] = {};  // by the first character of a missing value, 0 for the empty one
};

/// The records of a file with at least one value, after its header.
class CsvReader {
 public:
  enum class Keep : bool { record, everything };

  /// Reads the header. With Keep::everything the text of all records stays in memory, otherwise
  /// only that of the present one, which may have up to 64 MiB.
  CsvReader(std::unique_ptr<ByteSource> source, const char* where, const CsvOptions& options,
            Keep keep);

  /// One for each field of the header, "Unnamed: 2" where it has none.
  const std::vector<std::string>& columns() const { return columns_; }
  /// How many columns there are up to the last one that is named, or has had a value.
  std::size_t used_columns() const { return used_; }

  /// Goes to the next record; false if there is none.
  bool next();
  /// Position of the present record in text().
  std::size_t start() const { return record_; }
  /// Its fields, one for each column.
  std::span<const CsvField> fields() const { return fields_; }
  std::string_view field(std::size_t column) const {
    return {text_.get() + record_ + fields_[column].offset, fields_[column].length};
  }

  /// "PATH: row 3 (line 5), column 'area'" of the present record, for errors.
  std::string place(std::size_t column) const;

  /// All of the text, with Keep::everything and after the last record.
  std::unique_ptr<const char[]> take_text() { return std::move(text_); }

 private:
  enum class Scan : unsigned char { record, incomplete, unclosed_quote, text_after_quote };
  bool read_record();
  Scan scan();
  void refill();
  bool blank(const CsvField& field) const;
  void set_columns(bool header);
  void fit_to_columns();
  std::string place() const;

  std::unique_ptr<ByteSource> source_;
  const char* where_;
  bool keep_, ended_ = false;
  char delimiter_;
  bool special_[256] = {};        // characters that end a field without quotes
  std::unique_ptr<char[]> text_;  // size_ bytes of the file and a line end behind them
  std::size_t capacity_ = 0, size_ = 0;
  std::size_t lines_ = 1;              // line of the file in which text_ begins
  std::size_t record_ = 0, next_ = 0;  // starts of the present record and of the next one
  std::size_t row_ = 0;                // number of the present record, the header not counted
  bool started_ = false;               // next() has been called
  bool first_is_data_ = false;  // the first record was read for the columns, but is no header
  std::vector<CsvField> fields_;
  std::vector<std::string> columns_;
  std::size_t required_ = 0, used_ = 0;
};

/// The number of the line, counted from `first`, in which text.substr(at) begins.
std::size_t line_number(std::string_view text, std::size_t at, std::size_t first = 1);

}  // namespace keratin
