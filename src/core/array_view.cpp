#include "keratin/array_view.hpp"

#include <algorithm>

#include "keratin/check.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin {

const char* to_string(DType type) {
  constexpr const char* names[] = {"uint8", "int32", "int64", "float32", "float64"};
  return names[static_cast<std::size_t>(type)];
}

std::size_t size_of(DType type) {
  constexpr std::size_t sizes[] = {1, 4, 8, 4, 8};
  return sizes[static_cast<std::size_t>(type)];
}

Array::Array(const Shape& shape, Values values) : shape_(shape), values_(std::move(values)) {
  const std::size_t count = std::visit([](const auto& all) { return all.size(); }, values_);
  check(count == shape.elements(), "array", "got ", count, " values for shape ", shape, ", wanted ",
        shape.elements());
}

const void* Array::data() const& {
  return std::visit([](const auto& all) -> const void* { return all.data(); }, values_);
}

ArrayView::ArrayView(const Shape& shape, DType dtype, const void* data)
    : shape_(shape),
      dtype_(dtype),
      given_(true),
      data_(data),
      row_size_(shape.empty() ? 1 : shape.without_batch().elements()) {
  check(shape.elements() == 0 || data != nullptr, "array_view", "got a null pointer for shape ",
        shape);
}

ArrayView::ArrayView(const Tensor& tensor) {
  if (tensor.defined()) *this = ArrayView(tensor.shape(), DType::float32, tensor.data());
}

ArrayView::ArrayView(const Array& array) : ArrayView(array.shape(), array.dtype(), array.data()) {}

ArrayView ArrayView::slice(std::size_t first, std::size_t count) const {
  check(!shape_.empty(), "array_view", "a scalar has no rows");
  check(first <= rows() && count <= rows() - first, "array_view", "cannot take ", count,
        " rows from row ", first, " on: there are ", rows());
  ArrayView part = *this;
  part.shape_[0] = count;
  part.data_ = static_cast<const std::uint8_t*>(data_) + first * row_size_ * size_of(dtype_);
  return part;
}

ArrayView ArrayView::with_row_shape(const Shape& row) const {
  check(row.elements() == row_size_, "array_view", "rows of shape ", shape_.without_batch(),
        " cannot be seen as ", row);
  ArrayView other = *this;
  other.shape_ = row.with_batch(rows());
  return other;
}

namespace {

template <class T>
void convert(const T* from, float* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
}
void convert(const float* from, float* to, std::size_t count) { std::copy_n(from, count, to); }
void convert(const std::uint8_t* from, float* to, std::size_t count) {
  kernels::simd().from_uint8(from, to, count);
}

// Shuffled rows lie anywhere in memory, where the processor cannot predict the next one: it is told
// some rows ahead. Into the second-level cache, which can wait for more lines at once than the
// first.
void prefetch(const void* row, std::size_t bytes) {
  constexpr std::size_t line = 64, most = 4096;  // bytes; what follows is predictable
  constexpr int reading = 0, second_cache = 2;
  const auto* start = static_cast<const char*>(row);
  for (std::size_t i = 0; i < std::min(bytes, most); i += line)
    __builtin_prefetch(start + i, reading, second_cache);
}

constexpr std::size_t tile_elements = 32 * 1024;  // converted by one thread at a time

std::size_t rows_per_tile(std::size_t row_size) {
  return std::max<std::size_t>(1, tile_elements / std::max<std::size_t>(1, row_size));
}

// Converts the rows `order` of `data` to consecutive rows of `out`.
template <class T>
void convert_rows(const T* data, std::size_t row_size, std::span<const std::uint32_t> order,
                  float* out) {
  constexpr std::size_t ahead = 8;  // rows between the prefetch of a row and its use
  for (std::size_t i = 0; i < order.size() + ahead; ++i) {
    if (i < order.size()) prefetch(data + order[i] * row_size, row_size * sizeof *data);
    if (i >= ahead)
      convert(data + order[i - ahead] * row_size, out + (i - ahead) * row_size, row_size);
  }
}

// work(pointer to the elements, in their own type)
template <class Work>
auto typed(DType dtype, const void* data, const Work& work) {
  switch (dtype) {
    case DType::uint8: return work(static_cast<const std::uint8_t*>(data));
    case DType::int32: return work(static_cast<const std::int32_t*>(data));
    case DType::int64: return work(static_cast<const std::int64_t*>(data));
    case DType::float32: return work(static_cast<const float*>(data));
    default: return work(static_cast<const double*>(data));
  }
}

}  // namespace

void ArrayView::gather(std::span<const std::uint32_t> rows, Tensor& out) const {
  constexpr std::size_t most_rows = std::size_t{1} << 32;
  check(!shape_.empty(), "array_view", "a scalar has no rows");
  check(this->rows() <= most_rows, "array_view", "row numbers of 32 bits cannot tell ",
        this->rows(), " rows apart: gather consecutive rows, or slices of the view");
  for (std::uint32_t row : rows)
    check(row < this->rows(), "array_view", "row ", row, " is not one of ", this->rows());
  out.resize(shape_.without_batch().with_batch(rows.size()));
  kernels::simd();  // throws here rather than in a tile if it cannot be chosen
  typed(dtype_, data_, [&](const auto* data) {
    kernels::parallel_slices(
        rows.size(), rows_per_tile(row_size_), [&](std::size_t first, std::size_t count) {
          convert_rows(data, row_size_, rows.subspan(first, count), out.data() + first * row_size_);
        });
  });
}

void ArrayView::gather(std::size_t first, std::size_t count, Tensor& out) const {
  const ArrayView part = slice(first, count);
  out.resize(part.shape_);
  kernels::simd();
  typed(dtype_, part.data_, [&](const auto* data) {
    kernels::parallel_slices(
        count, rows_per_tile(row_size_), [&](std::size_t start, std::size_t rows) {
          convert(data + start * row_size_, out.data() + start * row_size_, rows * row_size_);
        });
  });
}

double ArrayView::at(std::size_t row, std::size_t column) const {
  check(row < rows() && column < row_size_, "array_view", "there is no element ", column,
        " of row ", row, " in shape ", shape_);
  return typed(dtype_, data_, [&](const auto* data) {
    return static_cast<double>(data[row * row_size_ + column]);
  });
}

}  // namespace keratin
