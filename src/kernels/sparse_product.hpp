#pragma once
// Products that skip the zeros of a: pixels, one-hot rows and outputs of relu are mostly zeros.

#include "kernels/product.hpp"

namespace keratin::kernels {

/// Computes the product on the pool of threads and returns true, or returns false if skipping zeros
/// is likely to be slower, or would be wrong: if a value of b is not finite, because 0 times
/// infinity is NaN.
bool multiply_sparse(const Product& product, TileVisitor after);

}  // namespace keratin::kernels
