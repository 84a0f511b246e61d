#pragma once

#include <cstddef>

namespace keratin::kernels {

/// Keeps OpenBLAS to the calling thread: our tiles are the parallelism, and two pools would spin
/// against each other. Once per thread that calls BLAS (an OpenMP build counts threads per caller).
void use_one_blas_thread();

/// Whether this machine's OpenBLAS multiplies small matrices in place, without packing them first.
bool blas_multiplies_unpacked();

/// y (columns x rows) = x (rows x columns) transposed, both row-major.
void transpose(const float* x, float* y, std::size_t rows, std::size_t columns);

}  // namespace keratin::kernels
