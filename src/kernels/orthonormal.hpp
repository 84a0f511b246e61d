#pragma once

#include "keratin/tensor.hpp"

namespace keratin::kernels {

/// The factor Q of the decomposition a = QR in which R has a positive diagonal: a matrix of the
/// shape of `a` with orthonormal columns. a: (rows, columns), rows >= columns. Throws
/// std::invalid_argument if `a` has more values than LAPACK can count.
Tensor orthonormal(const Tensor& a);

}  // namespace keratin::kernels
