#pragma once
// One table per instruction set that simd.cpp is compiled for; CMakeLists.txt says which there are.

#include <vector>

#include "kernels/simd.hpp"

namespace keratin::kernels {

extern const Simd baseline_table;  // what the library as a whole is compiled for
#ifdef KERATIN_HAS_X86_TABLES
extern const Simd avx2_table, avx512_table;
#endif

/// The tables that this machine can run, best first.
const std::vector<const Simd*>& usable_tables();

}  // namespace keratin::kernels
