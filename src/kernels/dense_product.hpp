#pragma once
// Products of dense matrices with loops of our own.

#include "kernels/product.hpp"

namespace keratin::kernels {

/// The product on the pool of threads. Needs no more of the machine than simd().dense_product.
void multiply_dense(const Product& product, TileVisitor after);

}  // namespace keratin::kernels
