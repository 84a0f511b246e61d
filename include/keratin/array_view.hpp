#pragma once
// Data in their own type: fit, evaluate and predict read rows of uint8, int32, int64, float32 or
// float64 and convert one batch at a time, so that 47 MB of pixels never become 188 MB of floats.

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "keratin/shape.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {

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

/// An owned row-major array of any of these types, such as a data set's reader returns.
class Array {
 public:
  using Values = std::variant<std::vector<std::uint8_t>, std::vector<std::int32_t>,
                              std::vector<std::int64_t>, std::vector<float>, std::vector<double>>;
  Array() = default;                         // shape (0,)
  Array(const Shape& shape, Values values);  // throws when the counts differ

  const Shape& shape() const& { return shape_; }
  Shape shape() const&& { return shape_; }
  DType dtype() const { return static_cast<DType>(values_.index()); }
  const void* data() const&;
  void data() const&& = delete;  // would point into a temporary: name the array first

  /// Throws std::bad_variant_access for another type than the array's own.
  template <class T>
  std::span<const T> values() const& {
    return std::get<std::vector<T>>(values_);
  }
  /// From a temporary array: the values themselves instead of a view.
  template <class T>
  std::vector<T> values() && {
    return std::get<std::vector<T>>(std::move(values_));
  }
  template <class T>
  std::vector<T> values() const&& {
    return std::get<std::vector<T>>(values_);
  }

 private:
  Shape shape_ = {0};
  Values values_;
};

/// Rows of data of any of these types; the first axis counts the samples. A view of a named tensor,
/// array or vector borrows its memory, which must outlive it. A view of a temporary takes the
/// temporary over and keeps it alive, as do its copies, slices and reshaped views. Spans and
/// pointers are always borrowed.
class ArrayView {
 public:
  ArrayView() = default;            // not given: see given()
  ArrayView(const Tensor& tensor);  // an undefined tensor is not given either
  ArrayView(Tensor&& tensor) : ArrayView(std::make_shared<const Tensor>(std::move(tensor))) {}
  ArrayView(const Tensor&& tensor) : ArrayView(Tensor(tensor)) {}
  ArrayView(const Array& array);
  ArrayView(Array&& array) : ArrayView(std::make_shared<const Array>(std::move(array))) {}
  ArrayView(const Array&& array) : ArrayView(Array(array)) {}
  template <class T>
  requires is_element<T> ArrayView(const std::vector<T>& values)
      : ArrayView({values.size()}, dtype_of<T>(), values.data()) {}
  template <class T>
  requires is_element<T> ArrayView(std::vector<T>&& values)
      : ArrayView(std::make_shared<const std::vector<T>>(std::move(values))) {}
  template <class T>
  requires is_element<T> ArrayView(const std::vector<T>&& values)
      : ArrayView(std::vector<T>(values)) {}
  template <class T, std::size_t N>
  requires is_element<std::remove_const_t<T>> ArrayView(std::span<T, N> values)
      : ArrayView({values.size()}, dtype_of<std::remove_const_t<T>>(), values.data()) {}
  /// Any memory as an array of that shape: `ArrayView({100, 28, 28}, pixels)`. Throws for a null
  /// pointer unless the shape has no elements.
  template <class T>
  requires is_element<T> ArrayView(const Shape& shape, const T* data)
      : ArrayView(shape, dtype_of<T>(), data) {}

  const Shape& shape() const& { return shape_; }
  Shape shape() const&& { return shape_; }
  DType dtype() const { return dtype_; }
  /// False only for a default-constructed view or one of an undefined tensor, which stand for "not
  /// given" wherever data are optional. A view without rows is given.
  bool given() const { return given_; }
  std::size_t rows() const { return shape_.empty() ? 0 : shape_.front(); }
  std::size_t row_size() const { return row_size_; }  // elements in a row
  const void* data() const& { return data_; }
  void data() const&& = delete;  // may point into memory that only this view keeps alive

  /// The `count` rows from row `first` on, in the same memory.
  ArrayView slice(std::size_t first, std::size_t count) const;
  /// The same memory with rows of another shape of as many elements.
  ArrayView with_row_shape(const Shape& row) const;
  /// Copies rows, as float32, to `out` of shape (rows.size(), ...), which it resizes. In parallel
  /// when large. Throws for a view of more rows than 32-bit numbers can tell apart.
  void gather(std::span<const std::uint32_t> rows, Tensor& out) const;
  /// The same for the `count` rows from row `first` on, for any number of rows.
  void gather(std::size_t first, std::size_t count, Tensor& out) const;
  /// One element as a number.
  double at(std::size_t row, std::size_t column) const;

 private:
  ArrayView(const Shape& shape, DType dtype, const void* data);
  template <class Source>
  explicit ArrayView(std::shared_ptr<const Source> source) : ArrayView(*source) {
    owner_ = std::move(source);
  }

  Shape shape_ = {0};
  DType dtype_ = DType::float32;
  bool given_ = false;
  const void* data_ = nullptr;
  std::size_t row_size_ = 0;
  std::shared_ptr<const void> owner_;  // what data_ points into, if this view keeps it alive
};

}  // namespace keratin
