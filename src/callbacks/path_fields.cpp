#include "callbacks/path_fields.hpp"

#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"

namespace keratin::callbacks {

namespace {

bool is_whole(std::string_view field) { return field == "epoch" || field == "batch"; }

std::string digits_of(double value, bool is_integer, const NumberFormat& format) {
  constexpr int usual = 6;  // as printf
  const int digits = format.digits.value_or(usual);
  switch (format.type) {
    case 'f': return fixed(value, digits);
    case 'e': return scientific(value, digits);
    case 'g': return general(value, digits);
    default: return is_integer ? fixed(value, 0) : python_repr(value);
  }
}

// Takes a number off the front of `text`, nothing if no digit is there.
std::optional<int> take_number(std::string_view& text) {
  constexpr int most = 99;  // characters, which more digits than two would exceed
  std::optional<int> number;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' &&
         number.value_or(0) <= most) {
    number = number.value_or(0) * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return number;
}

NumberFormat parse_format(std::string_view where, std::string_view field, std::string_view text) {
  constexpr int most = 40;  // characters of a width, and digits
  const std::string_view whole = text;
  const auto wanted = [&](bool ok) {
    check(ok, where, "the path's field '", field, "' has the format '", whole,
          "', wanted [0][width][.digits]type with a type of ",
          is_whole(field) ? "d, f, e or g" : "f, e or g", " and at most ", most, " characters");
  };
  NumberFormat format;
  format.zeros = text.starts_with('0');
  format.width = take_number(text).value_or(0);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    format.digits = take_number(text);
    wanted(format.digits.has_value());
  }
  if (!text.empty()) {
    format.type = text.front();
    text.remove_prefix(1);
    wanted(std::string_view("dfeg").find(format.type) != std::string_view::npos);
  }
  const bool integral = format.type == 'd';
  wanted(text.empty() && format.width <= most && format.digits.value_or(0) <= most);
  wanted(!integral || is_whole(field));
  wanted(!format.digits || (format.type != '\0' && !integral));
  return format;
}

// What stands between braces.
PathPart parse_field(std::string_view where, std::string text, std::string_view inside) {
  const std::string_view name = inside.substr(0, inside.find(':'));
  check(!name.empty() && name.find_first_of("[.!") == std::string_view::npos, where,
        "the path has '{", inside, "}', wanted {name} or {name:format}");
  PathPart part{std::move(text), std::string(name)};
  if (name.size() < inside.size())
    part.format = parse_format(where, name, inside.substr(name.size() + 1));
  return part;
}

}  // namespace

std::string formatted(double value, bool is_integer, const NumberFormat& format) {
  std::string digits = digits_of(value, is_integer, format);
  const auto width = static_cast<std::size_t>(format.width);
  if (!format.zeros) return right_aligned(digits, width);
  const std::size_t sign = digits.starts_with('-') ? 1 : 0;
  if (digits.size() < width) digits.insert(sign, width - digits.size(), '0');
  return digits;
}

std::vector<PathPart> parse_path(std::string_view where, std::string_view path) {
  std::vector<PathPart> parts;
  std::string text;
  for (std::size_t at = 0; at < path.size(); ++at) {
    const char c = path[at];
    if (c != '{' && c != '}') {
      text += c;
    } else if (path.substr(at + 1).starts_with(c)) {  // twice: the brace itself
      text += c;
      ++at;
    } else {
      const std::size_t end = path.find_first_of("{}", at + 1);
      check(c == '{' && end != path.npos && path[end] == '}', where, "the path '", path,
            "' has a '", c, "' without its partner; write '", c, c, "' for the character itself");
      parts.push_back(
          parse_field(where, std::exchange(text, ""), path.substr(at + 1, end - at - 1)));
      at = end;
    }
  }
  parts.push_back({std::move(text)});
  return parts;
}

std::string fill_path(std::string_view where, std::string_view path, int epoch,
                      std::optional<int> batch, const Logs& logs) {
  std::string filled;
  for (const PathPart& part : parse_path(where, path)) {
    filled += part.text;
    if (part.field.empty()) continue;
    if (part.field == "epoch") {
      filled += formatted(epoch, /*is_integer=*/true, part.format);
    } else if (part.field == "batch" && batch) {
      filled += formatted(*batch, /*is_integer=*/true, part.format);
    } else {
      check(logs.contains(part.field), where, "the path '", path, "' has the field '", part.field,
            "', there are epoch, ", batch ? "batch, " : "",
            joined(logs, [](const auto& log) { return log.first; }));
      filled += formatted(logs[part.field], /*is_integer=*/false, part.format);
    }
  }
  return filled;
}

}  // namespace keratin::callbacks
