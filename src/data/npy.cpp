#include "data/npy.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "data/byte_source.hpp"
#include "keratin/check.hpp"
#include "keratin/datasets.hpp"

namespace keratin {

namespace {

constexpr std::size_t longest_header = 1 << 16;  // bytes; NumPy's own are below 10,000

/// Parses the header, a Python dictionary such as
/// "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }".
class HeaderParser {
 public:
  HeaderParser(const char* where, const std::string& path, std::string_view text)
      : where_(where), path_(path), rest_(text) {}

  StoredArray parse() {
    StoredArray array;
    constexpr std::string_view keys[] = {"descr", "fortran_order", "shape"};
    bool found[3] = {};
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      const auto* const place = std::find(std::begin(keys), std::end(keys), key);
      if (place == std::end(keys)) refuse("has the key '", key, "'");
      bool& seen = found[place - std::begin(keys)];
      if (seen) refuse("has the key '", key, "' twice");
      seen = true;
      if (key == "descr")
        type(array);
      else if (key == "fortran_order")
        array.fortran_order = boolean();
      else
        shape(array.shape);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (!rest_.empty()) refuse("goes on after its end");
    if (!found[0] || !found[1] || !found[2]) refuse("lacks descr, fortran_order or shape");
    return array;
  }

 private:
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail<std::runtime_error>(where_, path_, ": its header ", parts...);
  }
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n' ||
                              rest_.front() == '\t' || rest_.front() == '\r'))
      rest_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse("lacks a '", c, "' before '", rest_.substr(0, 20), "'");
  }
  std::string_view quoted() {
    const char quote = accept('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    const std::size_t end = rest_.find(quote);
    if (end == rest_.npos) refuse("has a text without an end");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool boolean() {
    skip_blanks();
    for (const auto& [word, value] :
         {std::pair<std::string_view, bool>("True", true), {"False", false}})
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return value;
      }
    refuse("has a fortran_order that is neither True nor False");
  }
  std::size_t integer() {
    skip_blanks();
    std::size_t value = 0, digits = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
      const auto digit = static_cast<std::size_t>(rest_.front() - '0');
      if (__builtin_mul_overflow(value, std::size_t{10}, &value) ||
          __builtin_add_overflow(value, digit, &value))
        refuse("has a size that is too large");
      rest_.remove_prefix(1);
    }
    if (digits == 0) refuse("has a size that is no number before '", rest_.substr(0, 20), "'");
    if (!rest_.empty() && rest_.front() == 'L') rest_.remove_prefix(1);  // by Python 2
    return value;
  }
  void shape(Shape& shape) {
    expect('(');
    while (!accept(')')) {
      if (shape.size() == Shape::max_rank) refuse("has more than ", Shape::max_rank, " axes");
      shape.push_back(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
  }
  void type(StoredArray& array) {
    skip_blanks();
    if (!rest_.empty() && rest_.front() == '[')
      refuse("says that the values are structures, wanted numbers");
    const std::string_view descr = quoted();
    static constexpr std::pair<std::string_view, Stored> types[] = {
        {"b1", Stored::boolean}, {"u1", Stored::uint8},   {"i1", Stored::int8},
        {"i2", Stored::int16},   {"u2", Stored::uint16},  {"i4", Stored::int32},
        {"u4", Stored::uint32},  {"i8", Stored::int64},   {"u8", Stored::uint64},
        {"f2", Stored::float16}, {"f4", Stored::float32}, {"f8", Stored::float64}};
    if (!descr.empty()) {
      const char order = descr.front();
      array.big_endian = order == '>';
      for (const auto& [code, type] : types)
        if (descr.substr(1) == code &&
            (order == '<' || order == '>' || order == '|' || order == '=')) {
          array.type = type;
          return;
        }
    }
    if (descr.ends_with('O'))
      refuse("says that the values are Python objects (pickled), wanted numbers");
    refuse("says that the values have the type '", descr,
           "', wanted booleans, integers or floating-point numbers of at most 64 bits");
  }

  const char* where_;
  const std::string& path_;
  std::string_view rest_;
};

}  // namespace

StoredArray read_npy_header(const char* where, Bytes& source) {
  unsigned char start[8];
  read_exactly(where, source, start, sizeof start, "header");
  const std::string_view magic(reinterpret_cast<const char*>(start), 6);
  check<std::runtime_error>(magic == "\x93NUMPY", where, source.path(),
                            ": is no .npy file: it does not start with \\x93NUMPY");
  const int version = start[6];
  check<std::runtime_error>(version >= 1 && version <= 3, where, source.path(), ": has version ",
                            version, " of the format, wanted 1 to 3");
  unsigned char length_bytes[4] = {};
  read_exactly(where, source, length_bytes, version == 1 ? 2 : 4, "header");
  std::size_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | length_bytes[i];
  check<std::runtime_error>(length <= longest_header, where, source.path(), ": has a header of ",
                            length, " bytes, wanted at most ", longest_header);
  std::string text(length, '\0');
  read_exactly(where, source, text.data(), length, "header");
  return HeaderParser(where, source.path(), text).parse();
}

std::string write_npy(const ArrayView& array) {
  constexpr std::string_view types[] = {"|u1", "<i4", "<i8", "<f4", "<f8"};
  constexpr std::size_t alignment = 64, start = 10;  // bytes: of the values, before the header
  const Shape& shape = array.shape();
  const std::string sizes = joined(shape, [](std::size_t size) { return std::to_string(size); }) +
                            (shape.size() == 1 ? "," : "");
  std::string header = concat("{'descr': '", types[static_cast<std::size_t>(array.dtype())],
                              "', 'fortran_order': False, 'shape': (", sizes, "), }");
  const std::size_t used = start + header.size() + 1;
  header.append((used + alignment - 1) / alignment * alignment - used, ' ');
  header += '\n';

  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xFF);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(static_cast<const char*>(array.data()), shape.elements() * size_of(array.dtype()));
  return bytes;
}

Array datasets::load_npy(const std::string& path) {
  constexpr const char* where = "npy";
  ByteSource source(path, where);
  const StoredArray array = read_npy_header(where, source);
  return read_array(where, source, array);
}

}  // namespace keratin
