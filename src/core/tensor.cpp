#include "keratin/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <ostream>
#include <utility>

#include "core/huge_pages.hpp"
#include "core/numbers.hpp"
#include "core/text.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr std::align_val_t alignment{64};  // bytes: a cache line and the widest vector register

}  // namespace

Nested::Nested(std::initializer_list<Nested> items) : shape_{items.size()} {
  for (const Nested& item : items) {
    const Shape& first = items.begin()->shape_;
    check(item.shape_ == first, "tensor", "ragged list: an entry of shape ", item.shape_,
          " beside one of shape ", first);
    values_.insert(values_.end(), item.values_.begin(), item.values_.end());
  }
  if (items.size() > 0) shape_ = items.begin()->shape_.with_batch(items.size());
}

void Tensor::Free::operator()(float* data) const {
  if (!borrowed) ::operator delete[](data, alignment);
}

void Tensor::borrow(const Tensor& other, const Shape& shape) {
  data_ = std::unique_ptr<float[], Free>(const_cast<float*>(other.data()), Free{true});
  size_ = other.size_;
  capacity_ = 0;  // resize() will take memory of its own and never write through this pointer
  shape_ = shape;
  defined_ = true;
}

void Tensor::resize(const Shape& shape) {
  const Shape wanted = shape;  // `shape` may be this tensor's own
  const std::size_t size = wanted.elements();
  if (!data_ || size > capacity_ || data_.get_deleter().borrowed) {
    *this = Tensor();  // its state if the allocation throws
    data_ = std::unique_ptr<float[], Free>(
        static_cast<float*>(::operator new[](size * sizeof(float), alignment)));
    ask_for_huge_pages(data_.get(), size * sizeof(float));
    capacity_ = size;
  }
  size_ = size;
  shape_ = wanted;
  defined_ = true;
}

void Tensor::clear() {
  size_ = 0;
  shape_ = {0};
  defined_ = false;
}

Tensor::Tensor(float value) {
  resize({});
  data_[0] = value;
}

Tensor::Tensor(std::initializer_list<Nested> values) {
  const Nested whole(values);
  *this = from(whole.shape_, whole.values_);
}

Tensor Tensor::uninitialized(const Shape& shape) {
  Tensor tensor;
  tensor.resize(shape);
  return tensor;
}

Tensor Tensor::full(const Shape& shape, float value) {
  Tensor tensor = uninitialized(shape);
  tensor.fill(value);
  return tensor;
}

Tensor Tensor::zeros(const Shape& shape) { return full(shape, 0); }
Tensor Tensor::ones(const Shape& shape) { return full(shape, 1); }

Tensor Tensor::from(const Shape& shape, std::span<const float> values) {
  check(shape.elements() == values.size(), "tensor", "got ", values.size(), " values for shape ",
        shape, ", wanted ", shape.elements());
  Tensor tensor = uninitialized(shape);
  std::copy(values.begin(), values.end(), tensor.data());
  return tensor;
}

Tensor Tensor::from(const Shape& shape, const std::vector<float>& values) {
  return from(shape, std::span(values));
}

Tensor::Tensor(const Tensor& other) { *this = other; }

Tensor& Tensor::operator=(const Tensor& other) {
  if (this == &other) return *this;
  if (other.defined()) {
    resize(other.shape_);
    std::copy_n(other.data(), size_, data());
  } else {
    clear();
  }
  return *this;
}

Tensor::Tensor(Tensor&& other) noexcept { *this = std::move(other); }

Tensor& Tensor::operator=(Tensor&& other) noexcept {
  if (this == &other) return *this;
  data_ = std::move(other.data_);
  size_ = std::exchange(other.size_, 0);
  capacity_ = std::exchange(other.capacity_, 0);
  shape_ = std::exchange(other.shape_, Shape{0});
  defined_ = std::exchange(other.defined_, false);
  return *this;
}

std::vector<float> Tensor::values() const&& { return {data_.get(), data_.get() + size_}; }

float Tensor::item() const {
  check(size_ == 1, "tensor", "item() wants one value, shape ", shape_, " has ", size_);
  return data_[0];
}

Tensor Tensor::reshaped(const Shape& shape) const {
  check(shape.elements() == size_, "tensor", "cannot reshape ", shape_, " to ", shape);
  Tensor copy = uninitialized(shape);
  std::copy_n(data(), size_, copy.data());
  return copy;
}

void Tensor::fill(float value) { std::fill_n(data(), size_, value); }

bool Tensor::equals(const Tensor& other) const {
  return shape() == other.shape() &&
         std::equal(values().begin(), values().end(), other.values().begin());
}

namespace {

// Long tensors are shown by the first and last `edge` entries of each axis.
constexpr std::size_t edge = 3, longest_shown_in_full = 1000;
constexpr int significant_digits = 6;

// Writes a tensor as NumPy lays it out: the numbers of a row side by side, rows below each other,
// matrices separated by an empty line.
class Printer {
 public:
  /// Numbers are right-aligned in columns of `column_width` characters.
  Printer(const Tensor& tensor, std::size_t column_width)
      : tensor_(tensor), column_width_(column_width) {
    print_axis(0, 0, tensor.size());
  }
  const std::string& text() const { return text_; }
  std::size_t widest_number() const { return widest_number_; }

 private:
  void print_number(float value) {
    const std::string digits = general(static_cast<double>(value), significant_digits);
    widest_number_ = std::max(widest_number_, digits.size());
    text_ += right_aligned(digits, column_width_);
  }

  // The `size` elements from `offset` on, which are one entry of axis - 1.
  void print_axis(std::size_t axis, std::size_t offset, std::size_t size) {
    if (axis == tensor_.rank()) return print_number(tensor_.data()[offset]);
    const std::size_t count = tensor_.shape()[axis], axes_below = tensor_.rank() - 1 - axis;
    const bool shortened = tensor_.size() > longest_shown_in_full && count > 2 * edge;
    const std::string separator =
        axes_below == 0 ? " " : std::string(axes_below, '\n') + std::string(axis + 1, ' ');
    text_ += '[';
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text_ += separator;
      if (shortened && i == edge) {
        text_ += "..." + separator;
        i = count - edge;
      }
      print_axis(axis + 1, offset + i * (size / count), size / count);
    }
    text_ += ']';
  }

  const Tensor& tensor_;
  std::size_t column_width_, widest_number_ = 0;
  std::string text_;
};

}  // namespace

std::string to_string(const Tensor& tensor) {
  if (tensor.empty()) return "[]";
  const Printer unaligned(tensor, 0);
  return Printer(tensor, unaligned.widest_number()).text();
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  return out << to_string(tensor);
}

}  // namespace keratin
