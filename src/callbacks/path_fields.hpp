#pragma once
// PRIVATE: file names with fields in the format of Python's str.format.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keratin/logs.hpp"

namespace keratin::callbacks {

/// How a number is written: [0][width][.digits][type] of Python's format specifications.
struct NumberFormat {
  bool zeros = false;         // fill the width with zeros instead of blanks
  int width = 0;              // characters, at least
  std::optional<int> digits;  // behind the point, or significant ones; 6 unless given
  char type = '\0';           // d, f, e, g; '\0': as Python's repr()
};
/// `is_integer` holds for whole numbers that Python would write without a point.
std::string formatted(double value, bool is_integer, const NumberFormat& format);

/// Text, and a field behind it unless its name is empty.
struct PathPart {
  std::string text, field = "";
  NumberFormat format = {};
};

/// The parts of a path such as "{epoch:02d}-{val_loss:.2f}.keras"; "{{" and "}}" stand for braces.
/// Throws std::invalid_argument "[where] ..." for braces without a partner, for anything else than
/// a name in them, and for a format that cannot be that of the field.
std::vector<PathPart> parse_path(std::string_view where, std::string_view path);

/// The path with the numbers that there are: epoch and batch, counted from 1, and the logs. Throws
/// std::invalid_argument, with their names, for another field.
std::string fill_path(std::string_view where, std::string_view path, int epoch,
                      std::optional<int> batch, const Logs& logs);

}  // namespace keratin::callbacks
