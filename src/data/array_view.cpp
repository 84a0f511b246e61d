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

const void* Array::data() const {
  return std::visit([](const auto& all) -> const void* { return all.data(); }, values_);
}

ArrayView::ArrayView(const Shape& shape, DType dtype, const void* data)
    : shape_(shape),
      dtype_(dtype),
      data_(data),
      row_size_(shape.empty() ? 1 : shape.without_batch().elements()) {}

ArrayView ArrayView::slice(std::size_t first, std::size_t count) const {
  check(first <= rows() && count <= rows() - first, "array_view", "rows ", first, " to ",
        first + count, " are not all among ", rows());
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

// Shuffled rows lie anywhere in memory, and the processor cannot guess where: asked for some rows
// ahead they are there in time. Into the second cache, which can wait for more lines at once than
// the first.
void prefetch(const void* row, std::size_t bytes) {
  constexpr std::size_t line = 64, most = 4096;
  constexpr int reading = 0, second_cache = 2;
  const auto* start = static_cast<const char*>(row);
  for (std::size_t i = 0; i < std::min(bytes, most); i += line)
    __builtin_prefetch(start + i, reading, second_cache);
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
  check(!shape_.empty(), "array_view", "a scalar has no rows");
  for (std::uint32_t row : rows)
    check(row < this->rows(), "array_view", "row ", row, " is not one of ", this->rows());
  out.resize(shape_.without_batch().with_batch(rows.size()));
  typed(dtype_, data_, [&](const auto* data) {
    const std::size_t grain = std::max<std::size_t>(
        1, 32 * 1024 / std::max<std::size_t>(1, row_size_));  // about 32k elements a tile
    constexpr std::size_t ahead = 8;
    kernels::parallel_slices(rows.size(), grain, [&](std::size_t first, std::size_t count) {
      for (std::size_t i = 0; i < count + ahead; ++i) {
        if (i < count) prefetch(data + rows[first + i] * row_size_, row_size_ * sizeof *data);
        if (i >= ahead)
          convert(data + rows[first + i - ahead] * row_size_,
                  out.data() + (first + i - ahead) * row_size_, row_size_);
      }
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
