#pragma once
// Which of its sets of kernels ("cores") OpenBLAS uses.
//
// A build of OpenBLAS for many processors (DYNAMIC_ARCH) chooses a core when it is loaded, by the
// processor's model number. One that does not know the number, because the processor is newer,
// takes kernels for SSE3, which are several times slower. So when the program has loaded keratin,
// the core is compared with what the processor can do, and an older one is replaced:
//
//   OpenBLAS's core                            what happens
//   set by the user with OPENBLAS_CORETYPE     stays, whatever it is
//   as new as the processor, or unknown here   stays
//   older, in a DYNAMIC_ARCH build             is replaced by one for the processor's instructions
//   older, but other threads exist already     stays, because one of them may be inside of
//   OpenBLAS: older, and cannot be replaced              stays; the first use of BLAS warns, once
//   another BLAS library                       none of our business

#include <string>

namespace keratin::kernels {

struct BlasCore {
  std::string name;      // such as "SkylakeX", as OpenBLAS calls it; empty in another library
  std::string replaced;  // the core that OpenBLAS had chosen, if it was replaced
  std::string warning;   // why a slow core had to stay, or empty
};

/// The core in use. The first call replaces an old one; it is made while the program is loaded,
/// before main().
const BlasCore& blas_core();

/// Passes blas_core().warning to the program, if there is one and nobody has yet.
void warn_of_slow_blas_core();

}  // namespace keratin::kernels
