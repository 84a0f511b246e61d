#pragma once

#include "keratin/tensor.hpp"

namespace keratin::kernels {

/// The Q of a = QR whose R has a positive diagonal: orthonormal columns. a: (rows, columns), rows
/// >= columns.
Tensor orthonormal(const Tensor& a);

}  // namespace keratin::kernels
