#pragma once
// How a CSV file is written.

#include <string>
#include <vector>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

/// Fields may be in double quotes, which then may hold delimiters, line breaks and, doubled, quotes
/// (RFC 4180). Lines may end with LF, CR LF or CR. A byte order mark is skipped, and a gzipped file
/// is decompressed.
struct CsvOptions {
  char delimiter = ',';
  char decimal = '.';  // the other one is usually ',', together with the delimiter ';'
  bool header = true;  // false: the columns are named "0", "1", ...
  /// Fields that stand for "no value", blanks around them aside.
  std::vector<std::string> missing = {"", "NA", "N/A", "NaN", "nan", "null", "?"};
};

}  // namespace keratin
