#pragma once
// Which of its sets of kernels ("cores") OpenBLAS uses.
//
// A build of OpenBLAS for many processors (DYNAMIC_ARCH) chooses a core when it is loaded, by the
// processor's model number. One that does not know the number, because the processor is newer,
// takes kernels for SSE3, which are several times slower. So while the program is being loaded, the
// core is compared with what the processor can do, and an older one is replaced:
//
//   OpenBLAS's core                        what happens
//   set by the user (OPENBLAS_CORETYPE)    stays, whatever it is
//   as new as the processor, or unknown    stays
//   older, and the build has a newer one   is replaced
//   older, but another thread is at work   stays, because that thread may be inside OpenBLAS; the
//   or the build has no newer one          first use of BLAS warns, once
//
// Other BLAS libraries are left alone.

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
