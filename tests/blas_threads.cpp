// What kernels do to the number of threads that a program has set for BLAS or OpenMP, with
// functions in OpenBLAS's place that only count.
//
// blas_threads own|openmp|none    the build of OpenBLAS to play

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "kernels/blas.hpp"
#include "kernels/pool.hpp"

namespace {

int build = 0;            // as openblas_get_parallel() numbers them
int own_threads = 4;      // of the process
int calls_while_off = 0;  // that set what does not count in this build
thread_local int openmp_threads = 5;
int failed = 0;

}  // namespace

extern "C" {
int openblas_get_parallel() { return build; }
int openblas_get_num_threads() { return own_threads; }
void openblas_set_num_threads(int count) {
  if (build != 1) ++calls_while_off;
  own_threads = count;
}
int omp_get_max_threads() { return openmp_threads; }
void omp_set_num_threads(int count) {
  if (build != 2) ++calls_while_off;
  openmp_threads = count;
}
}

namespace {

using namespace keratin::kernels;

void expect(bool ok, const char* what) {
  if (ok) return;
  std::printf("wrong: %s\n", what);
  ++failed;
}

// How many threads a BLAS call of this thread would use.
int threads_of_a_call() {
  switch (build) {
    case 1: return own_threads;
    case 2: return openmp_threads;
    default: return 1;
  }
}

void check_sections() {
  const int before = threads_of_a_call();
  {
    const BlasSection outer;
    expect(threads_of_a_call() == 1, "one thread in a section");
    {
      const BlasSection inner;
      expect(threads_of_a_call() == 1, "one thread in an inner section");
    }
    expect(threads_of_a_call() == 1, "one thread after an inner section");
  }
  expect(threads_of_a_call() == before, "as before after a section");
}

void check_overlap() {
  const int before = threads_of_a_call();
  auto* first = new BlasSection;
  std::thread([] { check_sections(); }).join();
  expect(threads_of_a_call() == 1, "one thread while a section is left by another thread");
  delete first;
  expect(threads_of_a_call() == before, "as before after sections of two threads");
}

void check_helpers() {
  set_thread_count(3);
  const BlasSection section;
  std::atomic<bool> wrong{false};
  for (int region = 0; region < 100; ++region)
    parallel_for(30, [&](std::size_t) { wrong = wrong || threads_of_a_call() != 1; });
  expect(!wrong, "one thread in every helper");
}

}  // namespace

int main(int, char** argv) {
  build = std::strcmp(argv[1], "own") == 0 ? 1 : std::strcmp(argv[1], "openmp") == 0 ? 2 : 0;
  check_sections();
  check_overlap();
  check_helpers();
  expect(own_threads == 4 && openmp_threads == 5, "the program's settings at the end");
  expect(calls_while_off == 0, "nothing set that does not count");
  std::puts(failed ? "" : "the program's settings are back");
  return failed > 0;
}
