// The IDX format: two zero bytes, a type, a number of axes, then each axis's size and the values,
// all big-endian.

#include "data/idx.hpp"

#include "data/byte_source.hpp"
#include "keratin/check.hpp"
#include "keratin/datasets.hpp"

namespace keratin {

namespace {

Stored stored_type(const char* where, const std::string& path, unsigned char code) {
  switch (code) {
    case 0x08: return Stored::uint8;
    case 0x09: return Stored::int8;
    case 0x0B: return Stored::int16;
    case 0x0C: return Stored::int32;
    case 0x0D: return Stored::float32;
    case 0x0E: return Stored::float64;
    default:
      fail<std::runtime_error>(where, path, ": has values of type ", int{code},
                               ", wanted 8, 9, 11, 12, 13 or 14");
  }
}

}  // namespace

StoredArray read_idx_header(const char* where, Bytes& source) {
  unsigned char magic[4];
  read_exactly(where, source, magic, 4, "header");
  check<std::runtime_error>(magic[0] == 0 && magic[1] == 0, where, source.path(),
                            ": is no IDX file: it starts with ", int{magic[0]}, " ", int{magic[1]},
                            ", wanted 0 0");
  StoredArray array;
  array.type = stored_type(where, source.path(), magic[2]);
  array.big_endian = true;
  check<std::runtime_error>(magic[3] >= 1 && magic[3] <= Shape::max_rank, where, source.path(),
                            ": has ", int{magic[3]}, " axes, wanted 1 to ", Shape::max_rank);
  for (int axis = 0; axis < magic[3]; ++axis) {
    unsigned char bytes[4];
    read_exactly(where, source, bytes, 4, "sizes");
    std::size_t size = 0;
    for (unsigned char byte : bytes) size = size << 8 | byte;
    array.shape.push_back(size);
  }
  return array;
}

Array datasets::load_idx(const std::string& path) {
  constexpr const char* where = "idx";
  ByteSource source(path, where);
  const StoredArray array = read_idx_header(where, source);
  return read_array(where, source, array);
}

}  // namespace keratin
