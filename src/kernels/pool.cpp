#include "kernels/pool.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "kernels/blas.hpp"
#include "kernels/cpus.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace keratin::kernels {

namespace {

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#endif
}

thread_local bool inside_tile = false, stays_alone = false;

// Tiles are claimed, by the caller too, so it never waits for a helper to start, only for tiles
// already in work. One atomic holds (region number, first tile left, end of the tiles left): a
// helper that comes late to a region cannot claim in the next one, and one that has claimed reads
// the function afterwards, when the caller cannot leave the region any more. The caller claims from
// the front and helpers from the back: from region to region and step to step a core meets the rows
// and weights that are in its cache.
class Pool {
 public:
  Pool() {
    use_one_blas_thread();
    resize(default_thread_count());
  }
  ~Pool() { resize(1); }

  int size() const { return size_.load(std::memory_order_relaxed); }

  void resize(int size) {
    std::lock_guard lock(owner_);
    stop_.store(true);
    wake();
    for (std::thread& helper : helpers_) helper.join();
    helpers_.clear();
    stop_.store(false);
    size_.store(size, std::memory_order_relaxed);
    for (int i = 1; i < size; ++i) helpers_.emplace_back([this] { help(); });
  }

  void run(std::size_t count, TileFunction tile) {
    if (!owner_.try_lock())
      return run_alone(count, tile);  // another thread's region: bits do not depend on who computes
    std::lock_guard lock(owner_, std::adopt_lock);
    for (std::size_t done = 0; done < count; done += max_tiles) {
      offset_ = done;
      run_region(count - done < max_tiles ? count - done : max_tiles, tile);
    }
  }

  static void run_alone(std::size_t count, TileFunction tile) {
    for (std::size_t i = 0; i < count; ++i) tile(i);
  }

 private:
  static constexpr int bits = 20;
  static constexpr std::uint64_t max_tiles = (1 << bits) - 1;
  enum End { front, back };

  static std::uint64_t first(std::uint64_t ticket) { return ticket >> bits & max_tiles; }
  static std::uint64_t end(std::uint64_t ticket) { return ticket & max_tiles; }

  void run_region(std::size_t count, TileFunction tile) {
    tile_ = tile;
    done_.store(0, std::memory_order_relaxed);
    ticket_.store(++region_ << 2 * bits | count, std::memory_order_seq_cst);
    if (sleepers_.load(std::memory_order_seq_cst) > 0) wake();
    inside_tile = true;
    while (claim<front>()) {
    }
    inside_tile = false;
    for (int spins = 0; done_.load(std::memory_order_acquire) != count; ++spins) {
      if (spins < 4000)
        pause();
      else
        std::this_thread::yield();  // the helper that holds the tile may want this core
    }
  }

  template <End from>
  bool claim() {
    std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    for (;;) {
      if (first(ticket) >= end(ticket)) return false;
      const std::uint64_t left = from == front ? ticket + (std::uint64_t{1} << bits) : ticket - 1;
      const std::size_t tile = from == front ? first(ticket) : end(ticket) - 1;
      if (!ticket_.compare_exchange_weak(ticket, left, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
        continue;
      tile_(offset_ + tile);
      done_.fetch_add(1, std::memory_order_release);
      return true;
    }
  }

  void help() {
    inside_tile = true;
    use_one_blas_thread();
    while (!stop_.load(std::memory_order_relaxed)) {
      if (claim<back>()) continue;
      const std::uint32_t seen = signal_.load(std::memory_order_acquire);
      if (spin_for_work()) continue;
      sleepers_.fetch_add(1, std::memory_order_seq_cst);
      if (!has_work() && !stop_.load()) signal_.wait(seen, std::memory_order_acquire);
      sleepers_.fetch_sub(1, std::memory_order_seq_cst);
    }
  }

  bool has_work() const {
    const std::uint64_t ticket = ticket_.load(std::memory_order_seq_cst);
    return first(ticket) < end(ticket);
  }

  // Regions of one step follow each other within microseconds; a longer gap is not worth a core.
  bool spin_for_work() const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(20);
    do {
      for (int i = 0; i < 32; ++i) {
        if (has_work() || stop_.load(std::memory_order_relaxed)) return true;
        pause();
      }
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }

  void wake() {
    signal_.fetch_add(1, std::memory_order_seq_cst);
    signal_.notify_all();
  }

  alignas(64) std::atomic<std::uint64_t> ticket_{0};
  alignas(64) std::atomic<std::size_t> done_{0};
  alignas(64) std::atomic<std::uint32_t> signal_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<bool> stop_{false};
  TileFunction tile_;
  std::size_t offset_ = 0;
  std::uint64_t region_ = 0;
  std::mutex owner_;
  std::vector<std::thread> helpers_;
  std::atomic<int> size_{1};
};

std::atomic<bool> pool_made{false};

Pool& pool() {
  static Pool pool;
  pool_made.store(true, std::memory_order_relaxed);
  return pool;
}

}  // namespace

void parallel_for(std::size_t count, TileFunction tile) {
  if (count <= 1 || inside_tile || stays_alone) return Pool::run_alone(count, tile);
  Pool& shared = pool();
  shared.size() == 1 ? Pool::run_alone(count, tile) : shared.run(count, tile);
}

Alone::Alone(bool alone) : before_(std::exchange(stays_alone, alone)) {}
Alone::~Alone() { stays_alone = before_; }

int thread_count() { return pool().size(); }
bool has_helpers() { return pool_made.load(std::memory_order_relaxed) && thread_count() > 1; }
int thread_count_here() { return inside_tile || stays_alone ? 1 : thread_count(); }
void set_thread_count(int count) { pool().resize(count); }

}  // namespace keratin::kernels
