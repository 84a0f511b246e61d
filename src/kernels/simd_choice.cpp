#include "kernels/simd_tables.hpp"

namespace keratin::kernels {

namespace {

const Simd& best() {
#ifdef KERATIN_HAS_X86_TABLES
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) return avx512_table;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2_table;
#endif
  return baseline_table;
}

}  // namespace

const Simd& simd() {
  static const Simd& table = best();
  return table;
}

}  // namespace keratin::kernels
