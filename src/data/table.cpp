#include "keratin/table.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "data/csv.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr const char* where_table = "table";

}  // namespace

/// The text of a file and, row by row, where the fields of its columns are.
struct detail::TableText {
  std::string path;
  CsvValues values;
  std::vector<std::string> columns;
  std::size_t fields_per_row = 0;  // at least the number of columns
  std::unique_ptr<const char[]> text = nullptr;
  std::vector<std::size_t> starts = {};  // of the rows in the text
  std::vector<CsvField> fields = {};

  std::string_view field(std::size_t row, std::size_t column) const {
    const CsvField& at = fields[row * fields_per_row + column];
    return {text.get() + starts[row] + at.offset, at.length};
  }
  std::size_t line(std::size_t row) const {
    return line_number({text.get(), starts[row]}, starts[row]);
  }
};

Table::Table(std::shared_ptr<const detail::TableText> text, std::vector<std::uint32_t> rows)
    : text_(std::move(text)), rows_(std::move(rows)) {}

Table Table::read_csv(const std::string& path, const CsvOptions& options) {
  CsvValues values(where_table, options);
  CsvReader reader(std::make_unique<ByteSource>(path, where_table), where_table, options,
                   CsvReader::Keep::everything);
  const std::size_t fields_per_row = reader.columns().size();
  detail::TableText table{path, std::move(values), reader.columns(), fields_per_row};
  while (reader.next()) {
    table.starts.push_back(reader.start());
    table.fields.insert(table.fields.end(), reader.fields().begin(), reader.fields().end());
  }
  check<std::runtime_error>(table.starts.size() <= UINT32_MAX, where_table, path, ": has ",
                            table.starts.size(), " rows, wanted at most ", UINT32_MAX);
  table.columns.resize(reader.used_columns());
  table.text = reader.take_text();
  std::vector<std::uint32_t> rows(table.starts.size());
  std::iota(rows.begin(), rows.end(), 0u);
  return Table(std::make_shared<const detail::TableText>(std::move(table)), std::move(rows));
}

const std::vector<std::string>& Table::columns() const& { return text_->columns; }

std::vector<std::string> Table::columns() const&& { return text_->columns; }

std::size_t Table::column(const std::string& name) const {
  const std::vector<std::string>& names = text_->columns;
  const auto count = std::count(names.begin(), names.end(), name);
  check(count > 0, where_table, text_->path, ": has no column '", name, "', its columns are ",
        joined(names, [](const std::string& each) { return '\'' + each + '\''; }));
  check(count == 1, where_table, text_->path, ": has ", count, " columns '", name, '\'');
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

Tensor Table::numbers(const std::vector<std::string>& names) const {
  std::vector<std::size_t> columns;
  for (const std::string& name : names) columns.push_back(column(name));
  Tensor numbers = Tensor::uninitialized({rows(), names.size()});
  float* out = numbers.data();
  for (std::size_t row = 0; row < rows(); ++row)
    for (std::size_t column : columns) {
      const std::string_view field = text_->field(rows_[row], column);
      const std::optional<float> number = text_->values.number(field);
      if (!number)
        fail<std::runtime_error>(where_table, text_->path, ": row ", row, " (line ",
                                 text_->line(rows_[row]), "), column '", text_->columns[column],
                                 "': '", field, "' is not a number");
      *out++ = *number;
    }
  return numbers;
}

Categories Table::categories(const std::string& name) const {
  const std::size_t at = column(name);
  Categories categories;
  std::unordered_map<std::string_view, std::int32_t> known;  // by the field as it is written
  std::unordered_map<std::string, std::int32_t> ids;
  categories.ids.reserve(rows());
  for (std::uint32_t row : rows_) {
    const std::string_view field = text_->field(row, at);
    auto [entry, is_new] = known.try_emplace(field, -1);
    if (is_new && !text_->values.missing(field)) {
      std::string buffer;
      const std::string word(csv_value(field, buffer));
      const auto next = static_cast<std::int32_t>(categories.names.size());
      const auto [named, appeared] = ids.try_emplace(word, next);
      if (appeared) categories.names.push_back(word);
      entry->second = named->second;
    }
    categories.ids.push_back(entry->second);
  }
  return categories;
}

std::vector<std::string> Table::strings(const std::string& name) const {
  const std::size_t at = column(name);
  std::vector<std::string> strings;
  strings.reserve(rows());
  std::string buffer;
  for (std::uint32_t row : rows_) strings.emplace_back(csv_value(text_->field(row, at), buffer));
  return strings;
}

Table Table::drop_missing(const std::vector<std::string>& names) const {
  std::vector<std::size_t> columns;
  for (const std::string& name : names) columns.push_back(column(name));
  if (names.empty()) {
    columns.resize(text_->columns.size());
    std::iota(columns.begin(), columns.end(), std::size_t{0});
  }
  std::vector<std::uint32_t> kept;
  std::copy_if(rows_.begin(), rows_.end(), std::back_inserter(kept), [&](std::uint32_t row) {
    return std::none_of(columns.begin(), columns.end(), [&](std::size_t at) {
      return text_->values.missing(text_->field(row, at));
    });
  });
  return Table(text_, std::move(kept));
}

}  // namespace keratin
