#include <array>

#include "kernels/simd_tables.hpp"

namespace keratin::kernels {

namespace {

struct UsableTables {
  std::array<const Simd*, 3> tables = {};
  std::size_t count = 0;

  UsableTables() {
#ifdef KERATIN_HAS_X86_TABLES
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
      tables[count++] = &avx512_table;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      tables[count++] = &avx2_table;
#endif
    tables[count++] = &baseline_table;
  }
};

}  // namespace

std::span<const Simd* const> usable_tables() {
  static const UsableTables usable;
  return {usable.tables.data(), usable.count};
}

const Simd& simd() {
  static const Simd& best = *usable_tables().front();
  return best;
}

}  // namespace keratin::kernels
