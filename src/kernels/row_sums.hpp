#pragma once
// Sums over rows in double: so exact that, rounded to float, they hardly ever depend on how the
// rows are divided among processes.

#include <cstddef>

namespace keratin::kernels {

/// sums (k x n) = x^T y, over `rows` rows of x (rows x k) and y (rows x n), or += if `add`.
void row_products(const float* x, const float* y, std::size_t rows, std::size_t k, std::size_t n,
                  double* sums, bool add);

/// sums (columns) = the sums of the columns of x (rows x columns), or += if `add`.
void column_sums(const float* x, std::size_t rows, std::size_t columns, double* sums, bool add);

/// sums (columns) = the sums of the columns of y * (x - mean), both (rows x columns). y may be x,
/// and mean null: 0.
void column_products(const float* x, const float* mean, const float* y, std::size_t rows,
                     std::size_t columns, double* sums);

}  // namespace keratin::kernels
