#include <vector>

#include "kernels/simd_tables.hpp"

namespace keratin::kernels {

const std::vector<const Simd*>& usable_tables() {
  static const std::vector<const Simd*> tables = [] {
    std::vector<const Simd*> usable;
#ifdef KERATIN_HAS_X86_TABLES
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
      usable.push_back(&avx512_table);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      usable.push_back(&avx2_table);
#endif
    usable.push_back(&baseline_table);
    return usable;
  }();
  return tables;
}

const Simd& simd() {
  static const Simd& best = *usable_tables().front();
  return best;
}

}  // namespace keratin::kernels
