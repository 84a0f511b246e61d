#pragma once
// One table per instruction set that simd.cpp is compiled for; CMakeLists.txt says which there are.

#include "kernels/simd.hpp"

namespace keratin::kernels {

extern const Simd baseline_table;   // what the library as a whole is compiled for
#ifdef KERATIN_HAS_X86_TABLES
extern const Simd avx2_table, avx512_table;
#endif

}  // namespace keratin::kernels
