#pragma once
// Matrix products on the pool: tiles of a size that depends on the shapes only, each one
// single-threaded sgemm.

#include <cstddef>
#include <type_traits>

#include "keratin/tensor.hpp"

namespace keratin::kernels {

struct GemmOptions {
  bool transpose_a = false, transpose_b = false;
  float keep = 0;  // c = a b + keep * c
};

/// A rectangle of the result.
struct Tile {
  std::size_t row, rows, column, columns;
};

/// A borrowed callable void(const Tile&), or none.
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

/// c (m x n, row-major) = a (m x k) b (k x n) + keep * c; a and b are stored transposed where the
/// options say so. `after` runs on each tile of c just after its product, on the same thread, while
/// it is in cache.
void gemm(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k,
          GemmOptions options = {}, TileVisitor after = {});

}  // namespace keratin::kernels
