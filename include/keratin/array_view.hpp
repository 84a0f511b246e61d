#pragma once
// Data in their own type: fit, evaluate and predict borrow rows of uint8, int32, int64, float32 or
// float64 and convert a batch at a time, so that 47 MB of pixels never become 188 MB of floats.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "keratin/shape.hpp"
#include "keratin/tensor.hpp"

namespace keratin {

enum class DType : unsigned char { uint8, int32, int64, float32, float64 };
const char* to_string(DType type);  // Keras's name: "uint8"
std::size_t size_of(DType type);    // bytes

template <class T>
inline constexpr bool is_element =
    std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::int32_t> ||
    std::is_same_v<T, std::int64_t> || std::is_same_v<T, float> || std::is_same_v<T, double>;
template <class T>
constexpr DType dtype_of() {
  static_assert(is_element<T>, "an array holds uint8, int32, int64, float32 or float64");
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return DType::uint8;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::int32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::int64;
  else if constexpr (std::is_same_v<T, float>)
    return DType::float32;
  else
    return DType::float64;
}

/// An owned array of any of the types, row-major: what a data set's reader returns.
class Array {
 public:
  using Values = std::variant<std::vector<std::uint8_t>, std::vector<std::int32_t>,
                              std::vector<std::int64_t>, std::vector<float>, std::vector<double>>;
  Array() = default;
  Array(const Shape& shape, Values values);  // throws when the counts differ

  const Shape& shape() const { return shape_; }
  DType dtype() const { return static_cast<DType>(values_.index()); }
  const void* data() const;
  template <class T>
  std::span<const T> values() const {
    return std::get<std::vector<T>>(values_);
  }

 private:
  Shape shape_ = {0};
  Values values_;
};

/// Borrowed rows: what it was made from must outlive it. The first axis counts the samples.
class ArrayView {
 public:
  ArrayView() = default;  // no data
  ArrayView(const Tensor& tensor) : ArrayView(tensor.shape(), DType::float32, tensor.data()) {}
  ArrayView(const Array& array) : ArrayView(array.shape(), array.dtype(), array.data()) {}
  template <class T>
  requires is_element<T> ArrayView(const std::vector<T>& values)
      : ArrayView({values.size()}, dtype_of<T>(), values.data()) {}
  template <class T, std::size_t N>
  requires is_element<std::remove_const_t<T>> ArrayView(std::span<T, N> values)
      : ArrayView({values.size()}, dtype_of<std::remove_const_t<T>>(), values.data()) {}
  /// Any memory as an array of that shape: `ArrayView({100, 28, 28}, pixels)`.
  template <class T>
  requires is_element<T> ArrayView(const Shape& shape, const T* data)
      : ArrayView(shape, dtype_of<T>(), data) {}

  const Shape& shape() const { return shape_; }
  DType dtype() const { return dtype_; }
  bool empty() const { return data_ == nullptr; }
  std::size_t rows() const { return shape_.empty() ? 0 : shape_.front(); }
  std::size_t row_size() const { return row_size_; }  // elements in a row
  const void* data() const { return data_; }

  /// Rows first .. first + count - 1 of the same memory.
  ArrayView slice(std::size_t first, std::size_t count) const;
  /// The same memory with rows of another shape of as many elements.
  ArrayView with_row_shape(const Shape& row) const;
  /// Copies rows, as float32, to `out` of shape (rows.size(), ...), which it resizes. In parallel
  /// when large.
  void gather(std::span<const std::uint32_t> rows, Tensor& out) const;
  /// One element as a number.
  double at(std::size_t row, std::size_t column) const;

 private:
  ArrayView(const Shape& shape, DType dtype, const void* data);
  Shape shape_ = {0};
  DType dtype_ = DType::float32;
  const void* data_ = nullptr;
  std::size_t row_size_ = 0;
};

}  // namespace keratin
