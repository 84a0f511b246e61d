#include "kernels/blas.hpp"

#include <string_view>

#include "kernels/pool.hpp"

// Declared here: OpenBLAS's own cblas.h does not compile beside xtensor-blas, and another BLAS has
// none of these.
extern "C" {
[[gnu::weak]] void openblas_set_num_threads(int);
[[gnu::weak]] int openblas_get_parallel();
[[gnu::weak]] char* openblas_get_corename();
[[gnu::weak]] void omp_set_num_threads(int);
[[gnu::weak]] void cblas_somatcopy(int order, int transpose, int rows, int columns, float alpha,
                                   const float* a, int a_stride, float* b, int b_stride);
}

namespace keratin::kernels {

void use_one_blas_thread() {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  constexpr int openmp = 2;
  // an OpenMP build of 0.3.21 ignores the call above
  if (openblas_get_parallel && openblas_get_parallel() == openmp && omp_set_num_threads)
    omp_set_num_threads(1);
}

bool blas_multiplies_unpacked() {
  static const bool unpacked = [] {
    if (!openblas_get_corename) return false;
    const std::string_view core = openblas_get_corename();
    return core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
  }();
  return unpacked;
}

void transpose(const float* x, float* y, std::size_t rows, std::size_t columns) {
  constexpr int row_major = 101, transposed = 112;
  parallel_slices(rows, (1 << 16) / (columns + 1) + 1, [&](std::size_t first, std::size_t count) {
    const float* from = x + first * columns;
    if (cblas_somatcopy) {
      const auto width = static_cast<int>(columns);
      cblas_somatcopy(row_major, transposed, static_cast<int>(count), width, 1, from, width,
                      y + first, static_cast<int>(rows));
    } else {
      for (std::size_t j = 0; j < columns; ++j)
        for (std::size_t i = 0; i < count; ++i) y[j * rows + first + i] = from[i * columns + j];
    }
  });
}

}  // namespace keratin::kernels
