#pragma once
// Products of dense matrices with OpenBLAS.

#include "kernels/product.hpp"

namespace keratin::kernels {

/// The product on the pool of threads, each tile by one call of OpenBLAS.
///
/// Throws std::invalid_argument if a size is beyond what OpenBLAS can count (2^31 - 1).
void multiply_by_blas(const Product& product, TileVisitor after);

}  // namespace keratin::kernels
