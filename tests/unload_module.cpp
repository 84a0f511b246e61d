// A shared library that contains the pool, for unload.cpp.

#include <atomic>

#include "kernels/pool.hpp"

// How many tiles ran, which should be a thousand.
extern "C" [[gnu::visibility("default")]] int run_tiles() {
  std::atomic<int> count{0};
  keratin::kernels::set_thread_count(3);
  keratin::kernels::parallel_for(1000, [&](std::size_t) { ++count; });
  return count;
}
