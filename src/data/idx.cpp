// The IDX format: two zero bytes, a type, a number of axes, then each axis's size and the values,
// all big-endian.

#include <bit>
#include <cstring>
#include <limits>

#include "core/huge_pages.hpp"
#include "data/byte_source.hpp"
#include "keratin/check.hpp"
#include "keratin/datasets.hpp"

namespace keratin::datasets {

namespace {

constexpr const char* where = "idx";

template <class T>
T from_big_endian(const unsigned char* bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) bits = bits << 8 | bytes[i];
  if constexpr (sizeof(T) == 1)
    return static_cast<T>(bits);
  else if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  else if constexpr (std::is_same_v<T, double>)
    return std::bit_cast<double>(bits);
  else
    return static_cast<T>(bits);
}

void read_exactly(ByteSource& source, void* out, std::size_t size, const char* what) {
  const std::size_t got = source.read(out, size);
  check<std::runtime_error>(got == size, where, source.path(), ": ends after ", got, " of ", size,
                            " bytes of ", what);
}

// Reads values of type Stored in the file into an array of type Kept.
template <class Stored, class Kept>
Array read_values(ByteSource& source, const Shape& shape, std::size_t count) {
  std::vector<Kept> values;
  values.reserve(count);
  ask_for_huge_pages(values.data(), count * sizeof(Kept));
  values.resize(count);
  if constexpr (sizeof(Stored) == 1 && std::is_same_v<Stored, Kept>) {
    read_exactly(source, values.data(), count, "values");
  } else {
    std::vector<unsigned char> bytes(count * sizeof(Stored));
    read_exactly(source, bytes.data(), bytes.size(), "values");
    for (std::size_t i = 0; i < count; ++i)
      values[i] = static_cast<Kept>(from_big_endian<Stored>(&bytes[i * sizeof(Stored)]));
  }
  return Array(shape, std::move(values));
}

// Bytes of a value of the type with this code in the file, 0 if there is no such type.
std::size_t stored_size(unsigned char type) {
  switch (type) {
    case 0x08:
    case 0x09: return 1;
    case 0x0B: return 2;
    case 0x0C:
    case 0x0D: return 4;
    case 0x0E: return 8;
    default: return 0;
  }
}

Array read_type(ByteSource& source, unsigned char type, const Shape& shape, std::size_t count) {
  switch (type) {
    case 0x08: return read_values<std::uint8_t, std::uint8_t>(source, shape, count);
    case 0x09: return read_values<std::int8_t, std::int32_t>(source, shape, count);
    case 0x0B: return read_values<std::int16_t, std::int32_t>(source, shape, count);
    case 0x0C: return read_values<std::int32_t, std::int32_t>(source, shape, count);
    case 0x0D: return read_values<float, float>(source, shape, count);
    default: return read_values<double, double>(source, shape, count);
  }
}

}  // namespace

Array load_idx(const std::string& path) {
  ByteSource source(path, where);
  unsigned char magic[4];
  read_exactly(source, magic, 4, "header");
  check<std::runtime_error>(magic[0] == 0 && magic[1] == 0, where, path,
                            ": is no IDX file: it starts with ", int{magic[0]}, " ", int{magic[1]},
                            ", wanted 0 0");
  const std::size_t item = stored_size(magic[2]);
  check<std::runtime_error>(item != 0, where, path, ": has values of type ", int{magic[2]},
                            ", wanted 8, 9, 11, 12, 13 or 14");
  check<std::runtime_error>(magic[3] >= 1 && magic[3] <= Shape::max_rank, where, path, ": has ",
                            int{magic[3]}, " axes, wanted 1 to ", Shape::max_rank);

  // The sizes come from the file: their product may overflow, or exceed what the file can hold.
  Shape shape;
  std::size_t count = 1;
  bool overflows = false;
  for (int axis = 0; axis < magic[3]; ++axis) {
    unsigned char bytes[4];
    read_exactly(source, bytes, 4, "sizes");
    shape.push_back(from_big_endian<std::uint32_t>(bytes));
    overflows = overflows || __builtin_mul_overflow(count, shape.back(), &count) ||
                count > std::numeric_limits<std::ptrdiff_t>::max() / 8;
  }
  check<std::runtime_error>(!overflows && count * item <= source.at_most(), where, path,
                            ": its header says shape ", shape,
                            ", more than a file of its size can hold");
  Array array = read_type(source, magic[2], shape, count);
  unsigned char extra;
  check<std::runtime_error>(source.read(&extra, 1) == 0, where, path, ": goes on after the ", count,
                            " values of its shape ", shape);
  return array;
}

}  // namespace keratin::datasets
