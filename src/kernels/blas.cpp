#include "kernels/blas.hpp"

#include <string_view>

// Declared here: OpenBLAS's own cblas.h does not compile beside xtensor-blas, and another BLAS has none of these.
extern "C" {
[[gnu::weak]] void openblas_set_num_threads(int);
[[gnu::weak]] int openblas_get_parallel();
[[gnu::weak]] char* openblas_get_corename();
[[gnu::weak]] void omp_set_num_threads(int);
}

namespace keratin::kernels {

void use_one_blas_thread() {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  constexpr int openmp = 2;
  // an OpenMP build of 0.3.21 ignores the call above
  if (openblas_get_parallel && openblas_get_parallel() == openmp && omp_set_num_threads) omp_set_num_threads(1);
}

bool blas_multiplies_unpacked() {
  static const bool unpacked = [] {
    if (!openblas_get_corename) return false;
    const std::string_view core = openblas_get_corename();
    return core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
  }();
  return unpacked;
}

}  // namespace keratin::kernels
