#pragma once
// PRIVATE: arrays as files store them, and their values as this library keeps them.

#include <cstddef>

#include "data/bytes.hpp"
#include "keratin/array_view.hpp"

namespace keratin {

enum class Stored : unsigned char {
  boolean,
  uint8,
  int8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float16,
  float32,
  float64,
  bfloat16  // the upper half of a float32
};

std::size_t size_of(Stored type);  // bytes of a value

/// What the header of a file tells of its array.
struct StoredArray {
  Stored type = Stored::uint8;
  Shape shape = {};
  bool big_endian = false;
  bool fortran_order = false;  // the first axis counts fastest
};

/// The number of values. Throws std::runtime_error if they do not fit into the rest of the source,
/// so that a header cannot ask for more memory than the file accounts for.
std::size_t checked_count(const char* where, const Bytes& source, const StoredArray& array);

/// Throws std::runtime_error unless there are as many bytes; `what` names them.
void read_exactly(const char* where, Bytes& source, void* out, std::size_t size, const char* what);

/// Reads the values, up to the end of the source. Booleans become uint8; int8, int16 and uint16
/// become int32; uint32 and uint64 become int64; float16 and
/// bfloat16 become float32. Throws std::runtime_error
/// for a source with fewer or more bytes, and for a uint64 that int64 cannot hold.
Array read_array(const char* where, Bytes& source, const StoredArray& array);

/// Converts stored values to float32.
void to_floats(const StoredArray& array, const unsigned char* bytes, std::size_t count, float* out);

}  // namespace keratin
