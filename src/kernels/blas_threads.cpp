#include "kernels/blas_threads.hpp"

// Declared here: OpenBLAS's own cblas.h does not compile beside xtensor-blas, and another BLAS has none of these.
extern "C" {
[[gnu::weak]] void openblas_set_num_threads(int);
[[gnu::weak]] int openblas_get_parallel();
[[gnu::weak]] void omp_set_num_threads(int);
}

namespace keratin::kernels {

void use_one_blas_thread() {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  constexpr int openmp = 2;
  if (openblas_get_parallel && openblas_get_parallel() == openmp && omp_set_num_threads) omp_set_num_threads(1);   // an OpenMP build of 0.3.21 ignores the call above
}

}  // namespace keratin::kernels
