#include "keratin/shape.hpp"

#include <algorithm>
#include <limits>
#include <ostream>

#include "keratin/check.hpp"

namespace keratin {

Shape::Shape(std::initializer_list<Dim> sizes) {
  for (const Dim& dim : sizes) {
    check(dim.value >= 0, "shape", "a size is ", dim.value, ", wanted 0 or more");
    push_back(static_cast<std::size_t>(dim.value));
  }
}

Shape::Shape(std::span<const std::size_t> sizes) {
  for (std::size_t size : sizes) push_back(size);
}

std::size_t Shape::elements() const {
  constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() /
                               sizeof(double);  // so that a size in bytes fits, too
  std::size_t product = 1;
  for (std::size_t size : *this) {
    check(size == 0 || product <= most / size, "shape", *this, " has more elements than memory");
    product *= size;
  }
  return product;
}

void Shape::push_back(std::size_t size) {
  check(rank_ < max_rank, "shape", "more than ", max_rank, " axes");
  sizes_[rank_++] = size;
}

Shape Shape::with_batch(std::size_t rows) const {
  Shape batched{rows};
  for (std::size_t size : *this) batched.push_back(size);
  return batched;
}

Shape Shape::without_batch() const {
  check(rank_ > 0, "shape", "a scalar has no batch axis");
  return Shape(std::span(begin() + 1, end()));
}

std::size_t Shape::axis(int index, const char* where) const {
  const int rank = static_cast<int>(rank_);
  check(index >= -rank && index < rank, where, "axis ", index, " is not one of the ", rank,
        " axes of shape ", *this);
  return static_cast<std::size_t>(index < 0 ? index + rank : index);
}

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << to_string(shape); }

}  // namespace keratin
