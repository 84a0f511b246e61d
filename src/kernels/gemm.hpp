#pragma once
// Matrix products on the pool of threads.

#include <cstddef>
#include <type_traits>

#include "keratin/tensor.hpp"

namespace keratin::kernels {

struct GemmOptions {
  bool transpose_a = false;
  bool transpose_b = false;
  float keep = 0;  // 0 overwrites c, 1 adds the product to it
};

/// A rectangle of the result: rows from `row` on, columns from `column` on.
struct Tile {
  std::size_t row, rows, column, columns;
};

/// A reference to a callable void(const Tile&), which must outlive it, or to none.
class TileVisitor {
 public:
  TileVisitor() = default;
  template <class F>
  requires(!std::is_same_v<F, TileVisitor>) TileVisitor(const F& function)
      : object_(&function), call_([](const void* object, const Tile& tile) {
          (*static_cast<const F*>(object))(tile);
        }) {}
  void operator()(const Tile& tile) const {
    if (call_) call_(object_, tile);
  }

 private:
  const void* object_ = nullptr;
  void (*call_)(const void*, const Tile&) = nullptr;
};

/// c (m x n, row-major) = a (m x k) b (k x n) + keep * c. Where the options say so a or b is stored
/// transposed. `after` is called for each tile of c just after its product, on the same thread,
/// while the tile is in cache; together the tiles cover c once.
///
/// The product is cut into tiles by its shape alone, and each tile is computed by one thread, so
/// the result has the same bits on any number of threads. A tile is a sparse product where most of
/// `a` is zero. Otherwise loops of our own compute it or, on machines whose instruction set they
/// are too slow with, OpenBLAS.
///
/// Throws std::invalid_argument if a size is beyond what OpenBLAS can count (2^31 - 1), if it is
/// used.
void gemm(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k,
          GemmOptions options = {}, TileVisitor after = {});

}  // namespace keratin::kernels
