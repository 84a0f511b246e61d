#pragma once
// Shape: the sizes of a tensor's axes, outermost first. A value that allocates nothing.

#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

#include "keratin/export.hpp"

namespace KERATIN_API keratin {

/// One axis of a Shape literal, of any integer type, so that `{n, 3}` needs no cast.
struct Dim {
  template <std::integral T>
  constexpr Dim(T size) : value(static_cast<long long>(size)) {}
  long long value;
};

/// The sizes of up to eight axes. `to_string` prints it as NumPy does: (28, 28).
class Shape {
 public:
  static constexpr std::size_t max_rank = 8;

  Shape() = default;                        // rank 0: a scalar
  Shape(std::initializer_list<Dim> sizes);  // {28, 28}; a negative size or a ninth axis throws
  explicit Shape(std::span<const std::size_t> sizes);

  std::size_t size() const { return rank_; }
  bool empty() const { return rank_ == 0; }
  std::size_t operator[](std::size_t axis) const& { return sizes_[axis]; }
  std::size_t& operator[](std::size_t axis) & { return sizes_[axis]; }
  std::size_t front() const { return sizes_[0]; }
  std::size_t back() const { return sizes_[rank_ - 1]; }
  const std::size_t* begin() const& { return sizes_.data(); }
  const std::size_t* end() const& { return sizes_.data() + rank_; }
  void begin() const&& = delete;  // would point into a temporary
  void end() const&& = delete;

  /// Product of the sizes (1 for rank 0). Throws when so many doubles would not fit into memory.
  std::size_t elements() const;

  void push_back(std::size_t size);
  void pop_back() { --rank_; }
  /// The same sizes behind a first axis of `rows`.
  Shape with_batch(std::size_t rows) const;
  /// The sizes without the first axis.
  Shape without_batch() const;
  /// `index` counted from the first axis; negative ones count from the last, as in NumPy. Throws
  /// "[where] ..." when there is no such axis.
  std::size_t axis(int index, const char* where) const;

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (std::size_t i = 0; i < a.rank_; ++i)
      if (a.sizes_[i] != b.sizes_[i]) return false;
    return true;
  }

 private:
  std::array<std::size_t, max_rank> sizes_{};
  std::size_t rank_ = 0;
};

/// As NumPy prints it: (), (3,), (2, 3).
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace keratin
