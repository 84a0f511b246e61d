#pragma once
// Products over the nonzero values of a alone.

#include <cstddef>

#include "kernels/gemm.hpp"

namespace keratin::kernels {

/// Whether c (m x n) = a b, with a stored as in gemm(), is faster over a's nonzeros alone.
bool mostly_zeros(const float* a, std::size_t m, std::size_t n, std::size_t k, bool transpose_a);

/// b (k x n) cut into strips of columns, each packed row by row, in memory of the thread's that the
/// next one overwrites. A small b is packed once for each thread, for another part of c's m rows:
/// else the cores would have to exchange it in every step.
class PackedStrips {
 public:
  PackedStrips(const float* b, std::size_t m, std::size_t n, std::size_t k, bool transpose_a);
  /// False if a value of b is not finite. Then b is of no use here: 0 times infinity is not 0.
  bool finite() const { return finite_; }
  std::size_t count() const { return count_; }
  /// All are as wide as the first but the last.
  std::size_t columns() const { return columns_; }
  /// The tile, one of at most SparseProductTile::most_rows, of c (rows n apart) = a b, or += where
  /// `accumulate`, for `inner` of the inner size from `first` on. a: from there and from the tile's
  /// first row on.
  void multiply(const float* a, std::size_t a_stride, bool transpose_a, const Tile& tile,
                std::size_t first, std::size_t inner, float* c, bool accumulate) const;

 private:
  std::size_t width(std::size_t strip) const {
    return strip + 1 < count_ ? columns_ : n_ - strip * columns_;
  }
  float* packed_row(std::size_t copy, std::size_t strip, std::size_t row) const;

  std::size_t m_, n_, k_, columns_, count_, size_, copies_;
  float* packed_;
  bool finite_;
};

}  // namespace keratin::kernels
