#include <array>
#include <cstdlib>
#include <string_view>

#include "keratin/check.hpp"
#include "kernels/simd_tables.hpp"

namespace keratin::kernels {

namespace {

struct UsableTables {
  std::array<const Simd*, 3> tables = {};
  std::size_t count = 0;

  UsableTables() {
#ifdef KERATIN_HAS_X86_TABLES
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
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

const Simd& usable_table(const char* name) {
  if (!name || !*name) return *usable_tables().front();
  for (const Simd* table : usable_tables())
    if (std::string_view(table->name) == name) return *table;
  fail("simd", "KERATIN_SIMD is '", name, "', wanted one that this machine can run: ",
       joined(usable_tables(), [](const Simd* table) { return table->name; }));
}

const Simd& simd() {
  static const Simd& chosen = usable_table(std::getenv("KERATIN_SIMD"));
  return chosen;
}

}  // namespace keratin::kernels
