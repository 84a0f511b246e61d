// Tables from CSV files as they occur, and those that are refused.

#include <zlib.h>

#include <cmath>
#include <keratin/dataset.hpp>
#include <keratin/table.hpp>

#include "support/catch.hpp"
#include "support/datasets.hpp"
#include "support/folder.hpp"

using namespace keratin;

namespace {

const test::Folder& folder() {
  static const test::Folder folder;
  return folder;
}

Table table_of(const std::string& text, const CsvOptions& options = {}) {
  return Table::read_csv(folder().file("t.csv", text), options);
}

std::vector<float> column(const Table& table, const std::string& name) {
  const Tensor numbers = table.numbers({name});
  return {numbers.values().begin(), numbers.values().end()};
}

template <class Error = std::runtime_error>
std::string refusal(const std::string& text, const CsvOptions& options = {}) {
  return folder().refusal<Error>([&] {
    const Table table = table_of(text, options);
    table.numbers(table.columns());
  });
}

using Floats = std::vector<float>;
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a table has columns of numbers and words", "[table]") {
  const Table table = table_of("a,town,b\n1,north,2.5\n-3e2,south,.5\n+4,north,\n");
  CHECK(table.rows() == 3);
  CHECK(table.columns() == Names{"a", "town", "b"});
  CHECK(column(table, "a") == Floats{1, -300, 4});
  const Tensor both = table.numbers({"b", "a"});
  CHECK(both.shape() == Shape{3, 2});
  CHECK(both.data()[0] == 2.5f);
  CHECK(both.data()[3] == -300);
  CHECK(std::isnan(both.data()[4]));
  const Categories towns = table.categories("town");
  CHECK(towns.ids == std::vector<std::int32_t>{0, 1, 0});
  CHECK(towns.names == Names{"north", "south"});
  CHECK(table.strings("b") == Names{"2.5", ".5", ""});
}

TEST_CASE("quoted fields hold delimiters, quotes and line ends", "[table]") {
  const Table table = table_of(
      "\"a, b\",\"c\"\"d\"\n\"x\ny\",\"1\"\n\"say \"\"hi\"\"\",\"2\"\nplain,3\n5\" disk,4");
  CHECK(table.columns() == Names{"a, b", "c\"d"});
  CHECK(table.strings("a, b") == Names{"x\ny", "say \"hi\"", "plain", "5\" disk"});
  CHECK(column(table, "c\"d") == Floats{1, 2, 3, 4});
  // The same word, once in quotes, is one category.
  CHECK(table_of("w\na\n\"a\"\nb\n").categories("w").ids == std::vector<std::int32_t>{0, 0, 1});
}

TEST_CASE("line ends, byte order mark and a missing last line end make no difference", "[table]") {
  for (const std::string end : {"\n", "\r\n", "\r"})
    for (const std::string start : {"", "\xEF\xBB\xBF"})
      for (const bool last : {false, true}) {
        const Table table =
            table_of(start + "a,b" + end + "1,2" + end + "3,\"4\"" + (last ? end : ""));
        CHECK(table.columns() == Names{"a", "b"});
        CHECK(column(table, "b") == Floats{2, 4});
      }
}

TEST_CASE("empty rows and unnamed empty columns at the end are left out", "[table]") {
  const Table table = table_of("\n a ,b,,\n1,2,,\n,,,\n\n3,4\n , ,\n5,6,,,,\n,,\n");
  CHECK(table.columns() == Names{"a", "b"});
  CHECK(column(table, "a") == Floats{1, 3, 5});
  CHECK(table_of("a,,\n1,,7\n2,,\n").columns() == Names{"a", "Unnamed: 1", "Unnamed: 2"});
  CHECK(table_of(",a\n0,1\n1,2\n").columns() == Names{"Unnamed: 0", "a"});
  CHECK(table_of("a,b\n").numbers({"a"}).shape() == Shape{0, 1});
  CHECK(table_of("1;2;\n3;4\n", {.delimiter = ';', .header = false}).columns() == Names{"0", "1"});
}

TEST_CASE("other delimiters, decimal commas and missing values", "[table]") {
  const Table german = table_of("a;b\n1,5;2\n-0,25;?\n", {.delimiter = ';', .decimal = ','});
  CHECK(column(german, "a") == Floats{1.5f, -0.25f});
  CHECK(std::isnan(column(german, "b")[1]));
  CHECK(table_of("a\tb\n1\t2\n", {.delimiter = '\t'}).rows() == 1);
  const Table coded = table_of("a,b\n-999,1\n2,none\n", {.missing = {"-999", "none"}});
  CHECK(std::isnan(column(coded, "a")[0]));
  CHECK(std::isnan(column(coded, "b")[1]));
  const Table gaps = table_of("a,w\n1,x\nNA,y\n \"?\",null\n\"NaN\",z\n5, N/A \n");
  CHECK(gaps.categories("w").ids == std::vector<std::int32_t>{0, 1, -1, 2, -1});
  CHECK(gaps.drop_missing({"a"}).rows() == 3);  // ' "?"' is text: quotes count at the start only
  CHECK(gaps.drop_missing({"a", "w"}).strings("w") == Names{"x"});
  CHECK(gaps.drop_missing().rows() == 1);
}

TEST_CASE("numbers are rounded correctly to float32", "[table]") {
  // 1 + 2^-24 + 2^-60 is above the middle of two floats; rounded to double first, it would be on
  // it.
  const Table table = table_of(
      "a\n1.00000005960464477625798\n16777217\n1e-45\n1e-50\n-1e400\n3.5e38\ninf\n1e-400\n "
      "12 \n340282346638528859811704183484516925440\n");
  const float inf = INFINITY;
  CHECK(column(table, "a") ==
        Floats{1.00000011920929f, 16777216, 1e-45f, 0, -inf, inf, inf, 0, 12, 3.40282347e38f});
}

TEST_CASE("files that are no tables are refused with row, line and column", "[table]") {
  CHECK(refusal("a,b\n1,2\n\n3,\"x\ny\"\n4,5z\n") ==
        "[table] t.csv: row 1 (line 4), column 'b': '\"x\ny\"' is not a number");
  CHECK(refusal("a\n1.5.2\n") ==
        "[table] t.csv: row 0 (line 2), column 'a': '1.5.2' is not a number");
  CHECK(refusal("a\n0x10\n") ==
        "[table] t.csv: row 0 (line 2), column 'a': '0x10' is not a number");
  CHECK(refusal("a\n1.5\n", {.delimiter = ';', .decimal = ','}) ==
        "[table] t.csv: row 0 (line 2), column 'a': '1.5' is not a number");
  CHECK(refusal("a,b,c\n1,2,3\n4,5\n") == "[table] t.csv: row 1 (line 3): has 2 fields, wanted 3");
  CHECK(refusal("a,b\n1,2\n4,5,6\n") == "[table] t.csv: row 1 (line 3): has 3 fields, wanted 2");
  CHECK(refusal("a,b\n1,\"2\n3,4\n") ==
        "[table] t.csv: row 0 (line 2), column 'b': a quote is opened, but not closed");
  CHECK(refusal("a,b\n1,2\n\"3\"x,4\n") ==
        "[table] t.csv: row 1 (line 3), column 'a': text follows the closing quote (a quote within "
        "quotes is written as two)");
  CHECK(refusal("\"a") == "[table] t.csv: line 1, column 0: a quote is opened, but not closed");
  CHECK(refusal("") == "[table] t.csv: has no columns: it is empty");
  CHECK(refusal("\n,,\n") == "[table] t.csv: has no columns: it is empty");
  CHECK(refusal(std::string("\xFF\xFE"
                            "a\0",
                            4)) == "[table] t.csv: is encoded in UTF-16, wanted UTF-8");
  CHECK(folder().refusal([] { Table::read_csv(folder() / "none.csv"); }) ==
        "[table] cannot open none.csv: No such file or directory");
}

TEST_CASE("wrong names and options of tables are the caller's mistakes", "[table]") {
  const auto mistake = [](const auto& work) {
    return folder().refusal<std::invalid_argument>(work);
  };
  const Table table = table_of("a,b,b\n1,2,3\n");
  CHECK(mistake([&] { table.numbers({"c"}); }) ==
        "[table] t.csv: has no column 'c', its columns are 'a', 'b', 'b'");
  CHECK(mistake([&] { table.categories("b"); }) == "[table] t.csv: has 2 columns 'b'");
  CHECK(mistake([&] { table_of("a\n", {.decimal = ','}); }) ==
        "[table] delimiter and decimal are both ','");
  CHECK(mistake([&] { table_of("a\n", {.delimiter = '"'}); }) ==
        "[table] delimiter is a quote, a line end or a zero byte");
}

TEST_CASE("a compressed table is read as it is", "[table]") {
  const std::string path = folder() / "t.csv.gz";
  gzFile file = gzopen(path.c_str(), "wb");
  gzputs(file, "a,b\n1,2\n");
  gzclose(file);
  CHECK(column(Table::read_csv(path), "b") == Floats{2});
}

TEST_CASE("rows of a CSV file stream through a Dataset", "[table][dataset]") {
  std::string text = "a,b,w,label\n";
  constexpr int rows = 40000;  // more than a buffer holds
  for (int i = 0; i < rows; ++i)
    text += std::to_string(i) + ",\"" + std::to_string(2 * i) + "\",1," + std::to_string(i % 2) +
            (i % 100 == 7 ? "\n\n" : "\r\n");
  const std::string path = folder().file("s.csv", text);
  const Dataset data =
      Dataset::from_csv(path, {.x = {"b", "a"}, .y = {"label"}, .sample_weight = "w"});
  for (int pass = 0; pass < 2; ++pass) {
    Dataset::Iterator iterator = data.batch(1000).prefetch(2).iterator();
    Batch batch;
    int row = 0;
    bool right = true;
    for (; iterator.next(batch); row += 1000) {
      right = right && batch.x.shape() == Shape{1000, 2} && batch.y.shape() == Shape{1000, 1} &&
              batch.sample_weight.shape() == Shape{1000};
      for (int i = 0; i < 1000; ++i)
        right = right && batch.x.data()[2 * i + 1] == static_cast<float>(row + i) &&
                batch.x.data()[2 * i] == static_cast<float>(2 * (row + i)) &&
                batch.y.data()[i] == static_cast<float>((row + i) % 2);
    }
    CHECK(row == rows);
    CHECK(right);
  }
  CHECK(folder().refusal<std::invalid_argument>([&] { Dataset::from_csv(path, {.x = {"c"}}); }) ==
        "[dataset, from_csv] s.csv: has no column 'c', its columns are 'a', 'b', 'w', 'label'");
  const std::string bad = folder().file("bad.csv", "a\n" + std::string(300000, '\n') + "1\nx\n");
  CHECK(folder().refusal([&] { test::read(Dataset::from_csv(bad, {.x = {"a"}})); }) ==
        "[dataset, from_csv] bad.csv: row 1 (line 300003), column 'a': 'x' is not a number");
  const std::string open = folder().file("open.csv", "a\n\"" + std::string(70 << 20, 'x'));
  CHECK(folder().refusal([&] { test::read(Dataset::from_csv(open, {.x = {"a"}})); }) ==
        "[dataset, from_csv] open.csv: row 0 (line 2): is longer than 67108864 bytes: is there a "
        "quote that "
        "is not closed?");
}

TEST_CASE("lines of a text file stream through a Dataset", "[dataset]") {
  std::string text;
  for (int i = 0; i < 30000; ++i) text += std::to_string(i) + (i % 2 ? "\n" : "\r\n");
  const auto parse = [](std::string_view line, Batch& sample) {
    if (line == "3" || line.empty()) return false;
    sample.x = Tensor(std::stof(std::string(line)));
    return true;
  };
  const std::vector<float> numbers = test::numbers(
      Dataset::from_text_lines(folder().file("l.txt", text + "\n7"), parse).batch(64));
  CHECK(numbers.size() == 30000);
  CHECK(numbers[3] == 4);
  CHECK(numbers[29998] == 29999);
  CHECK(numbers.back() == 7);
  CHECK(folder().refusal([&] { Dataset::from_text_lines(folder() / "none", parse); }) ==
        "[dataset, from_text_lines] cannot open none: No such file or directory");
}
