#pragma once
// The tables of inner loops, one for each instruction set that cmake/simd.cmake compiles simd.cpp
// for.

#include <span>

#include "kernels/simd.hpp"

namespace keratin::kernels {

extern const Simd baseline_table;  // for the instruction set of the library as a whole
#ifdef KERATIN_HAS_X86_TABLES
extern const Simd avx2_table;
extern const Simd avx512_table;
#endif

/// The tables that this machine can run, the fastest first.
std::span<const Simd* const> usable_tables();

/// The usable table of this name, or the fastest if it is null or empty. Throws
/// std::invalid_argument if there is none of this name.
const Simd& usable_table(const char* name);

}  // namespace keratin::kernels
