// The pool under ThreadSanitizer, in every test run: regions from several threads at once, nested
// ones, and changes of size. The whole library runs under it with the preset tsan.

#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

#include "kernels/pool.hpp"

using namespace keratin::kernels;

int main() {
  std::atomic<bool> wrong = false;
  const auto work = [&](int seed) {
    std::vector<int> cells(1000);  // plain memory: a race on it would show
    for (int round = 0; round < 300; ++round) {
      const ThreadLimit limit(round / 10 % 5 + 1);  // so that helpers fall asleep and wake
      const std::size_t count = static_cast<std::size_t>(seed * 37 + round) % cells.size() + 1;
      parallel_for(count, [&](std::size_t tile) {
        ++cells[tile];
        // in parallel too, where another caller had the pool when this tile's region began
        if (tile == 0)
          parallel_for(3, [&](std::size_t inner) {
            if (inner == 0) ++cells[0];
          });
      });
      for (std::size_t i = 0; i < count; ++i) wrong = wrong || cells[i] != (i == 0 ? 2 : 1);
      for (std::size_t i = 0; i < count; ++i) cells[i] = 0;
    }
  };
  for (int threads : {4, 2, 3}) {
    set_thread_count(threads);
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i) callers.emplace_back(work, i);
    for (std::thread& caller : callers) caller.join();
  }
  std::puts(wrong ? "a tile was not run once" : "every tile ran once");
  return wrong;
}
