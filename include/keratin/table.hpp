#pragma once
// Table: named columns of numbers and words, read from a CSV file.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "keratin/csv.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {

namespace detail {
struct TableText;  // src/data/table.cpp: the file's text and where its fields are
}

/// The words of a column, numbered.
struct Categories {
  std::vector<std::int32_t> ids;   // one per row: index into names, -1 where the value is missing
  std::vector<std::string> names;  // each word once, in order of appearance
};

/// A CSV file in memory. A value: copies, and tables with fewer rows, share the file's text, which
/// is converted when a column is asked for.
///
///     Table table = Table::read_csv("houses.csv").drop_missing({"area", "price"});
///     Tensor x = table.numbers({"area", "rooms"});  // (rows, 2)
///     Categories towns = table.categories("town");
///
/// Errors in the file throw std::runtime_error, which names the row (counted from 0), the line of
/// the file (counted from 1) and the column. An unknown column throws std::invalid_argument, which
/// lists those there are.
class Table {
 public:
  /// Rows without any value (blank lines, or delimiters only) and unnamed columns without any value
  /// after the last named one are left out. Other unnamed columns are called "Unnamed: 0" and so on
  /// by their position, as in pandas. Throws for a file that cannot be read, an unclosed quote,
  /// text behind a closing quote, and a row with fewer or more fields than there are columns.
  static Table read_csv(const std::string& path, const CsvOptions& options = {});

  std::size_t rows() const { return rows_.size(); }
  const std::vector<std::string>& columns() const&;
  std::vector<std::string> columns() const&&;

  /// These columns as numbers, shape (rows, names.size()): correctly rounded to float32, NaN where
  /// a value is missing. Throws for a word.
  Tensor numbers(const std::vector<std::string>& names) const;
  Categories categories(const std::string& name) const;
  /// A column as text, unquoted; missing values as they are written in the file.
  std::vector<std::string> strings(const std::string& name) const;
  /// The rows that have a value in each of these columns; without names, in every column.
  Table drop_missing(const std::vector<std::string>& names = {}) const;

 private:
  Table(std::shared_ptr<const detail::TableText> text, std::vector<std::uint32_t> rows);
  std::size_t column(const std::string& name) const;

  std::shared_ptr<const detail::TableText> text_;
  std::vector<std::uint32_t> rows_;  // rows of the file
};

}  // namespace keratin
