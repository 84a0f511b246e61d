#include "data/stored_array.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/huge_pages.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

// A float16, as its bits.
struct Half {
  std::uint16_t bits;
  explicit operator float() const {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
    const std::uint32_t exponent = bits >> 10 & 31, fraction = bits & 0x3FF;
    if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000 | fraction << 13);
    if (exponent > 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
    const float size = static_cast<float>(fraction) * 0x1p-24f;  // subnormal
    return sign ? -size : size;
  }
};

struct Bfloat {
  std::uint16_t bits;
  explicit operator float() const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }
};

// The value that stands at `bytes`; the machine is taken to be little-endian, as x86 and ARM are.
template <class T>
T value_at(const unsigned char* bytes, bool big_endian) {
  unsigned char ordered[sizeof(T)];
  if (big_endian)
    std::reverse_copy(bytes, bytes + sizeof(T), ordered);
  else
    std::copy_n(bytes, sizeof(T), ordered);
  T value;
  std::memcpy(&value, ordered, sizeof(T));
  return value;
}

// Calls work.template operator()<StoredType, KeptType>().
template <class Work>
auto with_types(Stored type, const Work& work) {
  switch (type) {
    case Stored::boolean:
    case Stored::uint8: return work.template operator()<std::uint8_t, std::uint8_t>();
    case Stored::int8: return work.template operator()<std::int8_t, std::int32_t>();
    case Stored::int16: return work.template operator()<std::int16_t, std::int32_t>();
    case Stored::uint16: return work.template operator()<std::uint16_t, std::int32_t>();
    case Stored::int32: return work.template operator()<std::int32_t, std::int32_t>();
    case Stored::uint32: return work.template operator()<std::uint32_t, std::int64_t>();
    case Stored::int64: return work.template operator()<std::int64_t, std::int64_t>();
    case Stored::uint64: return work.template operator()<std::uint64_t, std::int64_t>();
    case Stored::float16: return work.template operator()<Half, float>();
    case Stored::bfloat16: return work.template operator()<Bfloat, float>();
    case Stored::float32: return work.template operator()<float, float>();
    default: return work.template operator()<double, double>();
  }
}

// Reads values of type From into memory of type To.
template <class From, class To>
void read_values(const char* where, Bytes& source, bool big_endian, std::vector<To>& values) {
  if constexpr (std::is_same_v<From, To>) {
    read_exactly(where, source, values.data(), values.size() * sizeof(To), "values");
    if (!big_endian || sizeof(To) == 1) return;
    for (To& value : values)
      value = value_at<To>(reinterpret_cast<const unsigned char*>(&value), true);
  } else {
    constexpr std::size_t at_once = 1 << 16;  // values
    std::vector<unsigned char> bytes(std::min(values.size(), at_once) * sizeof(From));
    for (std::size_t first = 0; first < values.size(); first += at_once) {
      const std::size_t count = std::min(at_once, values.size() - first);
      read_exactly(where, source, bytes.data(), count * sizeof(From), "values");
      for (std::size_t i = 0; i < count; ++i) {
        const From value = value_at<From>(&bytes[i * sizeof(From)], big_endian);
        if constexpr (std::is_same_v<From, std::uint64_t>)
          check<std::runtime_error>(value <= std::numeric_limits<std::int64_t>::max(), where,
                                    source.path(), ": value ", first + i, " is ", value,
                                    ", more than int64 can hold");
        values[first + i] = static_cast<To>(value);
      }
    }
  }
}

// From Fortran's order, in which the first axis counts fastest, to C's.
template <class T>
std::vector<T> in_c_order(const std::vector<T>& fortran, const Shape& shape) {
  std::vector<T> values;
  values.reserve(fortran.size());
  Shape strides = shape, index = shape;
  std::size_t stride = 1;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    strides[axis] = stride;
    stride *= shape[axis];
    index[axis] = 0;
  }
  std::size_t at = 0;
  while (values.size() < fortran.size()) {
    values.push_back(fortran[at]);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return values;
}

}  // namespace

std::size_t size_of(Stored type) {
  constexpr std::size_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8, 2};
  return sizes[static_cast<std::size_t>(type)];
}

void read_exactly(const char* where, Bytes& source, void* out, std::size_t size, const char* what) {
  const std::size_t got = source.read(out, size);
  check<std::runtime_error>(got == size, where, source.path(), ": ends after ", got, " of ", size,
                            " bytes of ", what);
}

std::size_t checked_count(const char* where, const Bytes& source, const StoredArray& array) {
  std::size_t count = 1;
  bool overflows = false, empty = false;
  for (std::size_t size : array.shape) {
    empty = empty || size == 0;
    overflows = overflows || __builtin_mul_overflow(count, size, &count) ||
                count > std::numeric_limits<std::ptrdiff_t>::max() / 8;
  }
  // numpy.save writes shapes such as (0, 2^62), which Shape refuses to count.
  overflows = overflows && !empty;
  if (empty) count = 0;
  check<std::runtime_error>(!overflows && count * size_of(array.type) <= source.at_most(), where,
                            source.path(), ": its header says shape ", array.shape,
                            ", more than a file of its size can hold");
  return count;
}

Array read_array(const char* where, Bytes& source, const StoredArray& array) {
  const std::size_t count = checked_count(where, source, array);
  Array result = with_types(array.type, [&]<class From, class To>() {
    std::vector<To> values;
    values.reserve(count);
    ask_for_huge_pages(values.data(), count * sizeof(To));
    values.resize(count);
    read_values<From>(where, source, array.big_endian, values);
    if (array.fortran_order && array.shape.size() > 1) values = in_c_order(values, array.shape);
    return Array(array.shape, std::move(values));
  });
  unsigned char extra;
  check<std::runtime_error>(source.read(&extra, 1) == 0, where, source.path(),
                            ": goes on after the ", count, " values of its shape ", array.shape);
  return result;
}

void to_floats(const StoredArray& array, const unsigned char* bytes, std::size_t count,
               float* out) {
  with_types(array.type, [&]<class From, class To>() {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<float>(value_at<From>(bytes + i * sizeof(From), array.big_endian));
  });
}

}  // namespace keratin
