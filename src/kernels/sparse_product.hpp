#pragma once
// Products that skip the zeros of a: pixels, one-hot rows and outputs of relu are mostly zeros.

#include <cstddef>

#include "kernels/gemm.hpp"

namespace keratin::kernels {

/// Whether c (m x n) = a b is likely to be faster as a sparse product. `a` (m x k) is stored as in
/// gemm(). Samples eight rows of the stored matrix and extrapolates; a wrong guess costs time only.
bool mostly_zeros(const float* a, std::size_t m, std::size_t n, std::size_t k, bool transpose_a);

/// b (k x n), prepared for sparse products: cut into strips of columns, and each strip packed row
/// by row. The packed values lie in memory of the thread, which its next PackedStrips overwrites.
///
/// If b is small, there is a copy for each thread, used for its own part of the m rows of c.
/// Otherwise the cores would exchange the values in every step.
class PackedStrips {
 public:
  PackedStrips(const float* b, std::size_t m, std::size_t n, std::size_t k, bool transpose_a);

  /// Whether all of b is finite. If not, zeros of a cannot be skipped: 0 times infinity is NaN.
  bool finite() const { return finite_; }

  /// The number of strips.
  std::size_t count() const { return count_; }

  /// Columns of a strip. The last strip may have more or fewer.
  std::size_t columns() const { return columns_; }

  /// Computes a tile of c (m x n), which is one strip wide and has at most
  /// SparseProductTile::most_rows rows, from `length` inner indices, `first` and those after it.
  /// `a` points to what the tile's first row reads at `first`, `c` to the tile's first value. Adds
  /// to the tile if `accumulate`.
  void multiply(const float* a, std::size_t a_stride, bool transpose_a, const Tile& tile,
                std::size_t first, std::size_t length, float* c, bool accumulate) const;

 private:
  std::size_t width(std::size_t strip) const {
    return strip + 1 < count_ ? columns_ : n_ - strip * columns_;
  }
  float* packed_row(std::size_t copy, std::size_t strip, std::size_t row) const;

  std::size_t m_, n_, k_;
  std::size_t columns_;  // of every strip except possibly the last
  std::size_t count_;    // of strips
  std::size_t size_;     // values of a copy
  std::size_t copies_;
  float* packed_;
  bool finite_;
};

}  // namespace keratin::kernels
