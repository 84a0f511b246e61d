#pragma once
// OpenBLAS as the kernels need it: one thread per call, and never a call while it shuts down.

namespace keratin::kernels {

/// Lets the BLAS calls of this thread, one of our own, compute on this thread alone from now on as
/// far as that is a setting of the thread: in an OpenMP build of OpenBLAS.
void use_one_openmp_thread();

/// A stretch of code whose BLAS calls, on this thread and on the pool's helpers, each compute on
/// one thread: the kernels' tiles are the parallelism, and a second pool of threads would compete
/// with the first. The number of threads that the program has set for its own use of BLAS or OpenMP
/// is back afterwards. Sections of several threads may overlap, and sections nest.
///
/// While the process exits OpenBLAS unmaps its memory. So when the destructors of all static
/// objects have run, sections that other threads are in are waited for, and a thread that enters
/// another one sleeps until the process is gone. A fork waits in the same way, because OpenBLAS's
/// locks would otherwise stay held in the child.
class BlasSection {
 public:
  BlasSection();
  ~BlasSection();
  BlasSection(const BlasSection&) = delete;
  BlasSection& operator=(const BlasSection&) = delete;

 private:
  int openmp_threads_ = 0;  // what the calling thread's OpenMP setting was, or 0 if left alone
};

}  // namespace keratin::kernels
