#include "kernels/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "core/never_destroyed.hpp"
#include "core/signals_blocked.hpp"
#include "core/warnings.hpp"
#include "keratin/check.hpp"
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

thread_local bool inside_tile = false;
thread_local int thread_limit = most_threads;

// The caller and the helpers claim tiles one by one. So the caller never waits for a helper to
// start working, only for tiles that helpers have already claimed.
//
// One atomic, the ticket, holds the range of tiles that are left and how many helpers may claim
// them. A helper reads the tile function only after its claim: from then on the caller cannot leave
// the region before the tile is done. If a helper comes late and the ticket it has seen is that of
// the next region as well, it claims a tile of that one, which is as good.
//
// The caller claims from the front and helpers claim from the back. So a core meets the same rows
// and weights, which are still in its cache, from region to region and from step to step.
//
// A region is for as many helpers as there are tiles besides the caller's first, within the
// caller's limit of threads, and always for the same ones: the first of the list. A helper is
//
//   awake    claiming tiles, or for a short time after its last tile looking for more
//   asleep   until a region that it may work in, or the end of the pool, wakes it
//
// Waking a sleeper costs its waker some microseconds. So the caller wakes two, and each of them two
// more, until all that the region is for are awake or no tile is left.
class Pool {
 public:
  Pool() : size_(default_thread_count()) {}

  // The number of threads that a region may use, its caller included.
  int size() const { return size_.load(std::memory_order_relaxed); }

  void resize(int size) {
    std::lock_guard lock(owner_);
    stop_helpers();
    size_.store(size, std::memory_order_relaxed);
  }

  // Runs the tiles on at most `threads` threads.
  void run(std::size_t count, TileFunction tile, int threads) {
    std::unique_lock lock(owner_, std::try_to_lock);
    if (!lock || closed_.load(std::memory_order_relaxed)) return run_alone(count, tile);
    const std::string warning = started_ ? std::string() : start_helpers();
    for (std::size_t done = 0; done < count; done += max_tiles) {
      offset_ = done;
      run_region(std::min(count - done, max_tiles), tile, threads);
    }
    lock.unlock();
    if (!warning.empty()) warn(warning);
  }

  // At exit or dlclose. If the lock is taken, the process exits while another thread is in a
  // region, which keeps its helpers.
  void close() {
    closed_.store(true, std::memory_order_relaxed);
    std::unique_lock lock(owner_, std::try_to_lock);
    if (lock) stop_helpers();
  }

  // In the child of a fork, whose only thread is the caller: neither helpers nor the owner of a
  // region exist there. Handles of threads that do not exist must not be joined or detached.
  void forget_helpers() {
    std::construct_at(&owner_);
    for (Helper& helper : helpers_) std::construct_at(&helper.thread);
    helpers_.clear();
    started_ = false;
    stop_.store(false);
    ticket_.store(0);
  }

  static void run_alone(std::size_t count, TileFunction tile) {
    for (std::size_t i = 0; i < count; ++i) tile(i);
  }

 private:
  enum class State : int { awake, asleep };

  // On a cache line of its own: a helper's state is read at the start of every region.
  struct alignas(64) Helper {
    std::atomic<State> state{State::awake};
    std::thread thread;
  };

  // A ticket is, from the highest bit on: 24 bits of the number of helpers that may claim, 20 bits
  // of the first tile that is left, 20 bits of the end of the tiles that are left.
  static constexpr int bits = 20;
  static constexpr std::size_t max_tiles = (1 << bits) - 1;
  static constexpr std::uint64_t one_tile_from_front = std::uint64_t{1} << bits;
  enum End { front, back };

  static std::size_t helpers(std::uint64_t ticket) { return ticket >> 2 * bits; }
  static std::size_t first(std::uint64_t ticket) { return ticket >> bits & max_tiles; }
  static std::size_t end(std::uint64_t ticket) { return ticket & max_tiles; }
  static bool has_tiles(std::uint64_t ticket) { return first(ticket) < end(ticket); }

  void run_region(std::size_t count, TileFunction tile, int threads) {
    const std::size_t workers =
        std::min({count, static_cast<std::size_t>(threads), helpers_.size() + 1});
    tile_ = tile;
    done_.store(0, std::memory_order_relaxed);
    ticket_.store((workers - 1) << 2 * bits | count, std::memory_order_seq_cst);
    wake_two(workers - 1);
    inside_tile = true;
    while (claim<front>()) {
    }
    inside_tile = false;
    wait_for_helpers(count);
  }

  // Helpers are in their last tiles. Should it take long, one of them may need this core.
  void wait_for_helpers(std::size_t count) const {
    constexpr int most_spins = 4000;
    int spins = 0;
    while (done_.load(std::memory_order_acquire) != count) {
      if (spins < most_spins) {
        ++spins;
        pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

  // Claims a tile and runs it. Returns false if none is left, or none for the helper of this index.
  template <End from>
  bool claim(std::size_t helper = 0) {
    std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    for (;;) {
      if (!has_tiles(ticket) || (from == back && helper >= helpers(ticket))) return false;
      const std::uint64_t left = from == front ? ticket + one_tile_from_front : ticket - 1;
      const std::size_t tile = from == front ? first(ticket) : end(ticket) - 1;
      if (!ticket_.compare_exchange_weak(ticket, left, std::memory_order_acq_rel,
                                         std::memory_order_acquire))
        continue;
      tile_(offset_ + tile);
      done_.fetch_add(1, std::memory_order_release);
      return true;
    }
  }

  // Returns a warning if the system refuses a thread: then the pool is smaller from here on.
  std::string start_helpers() {
    started_ = true;
    const int wanted = size() - 1;
    const SignalsBlocked in_helpers;
    for (int i = 0; i < wanted; ++i) {
      Helper& helper = helpers_.emplace_back();
      try {
        helper.thread =
            std::thread([this, &helper, i] { help(helper, static_cast<std::size_t>(i)); });
      } catch (const std::exception& error) {
        helpers_.pop_back();
        const int granted = i + 1;
        size_.store(granted, std::memory_order_relaxed);
        return concat("[threads] only ", granted, " of ", wanted + 1,
                      " threads will be used: the system did not start another (", error.what(),
                      ")");
      }
    }
    return {};
  }

  void stop_helpers() {
    stop_.store(true);
    for (Helper& helper : helpers_) wake(helper);
    for (Helper& helper : helpers_) helper.thread.join();
    helpers_.clear();
    stop_.store(false);
    started_ = false;
  }

  // What the helper of this index does all its life.
  void help(Helper& self, std::size_t index) {
    const FlushDenormals flush;
    inside_tile = true;
    use_one_openmp_thread();
    while (!stop_.load(std::memory_order_relaxed)) {
      if (claim<back>(index) || spin_for_work(index)) continue;
      if (sleep(self, index)) wake_more();
    }
  }

  // Returns whether the helper fell asleep. There is a state to see for whoever publishes a ticket,
  // or a ticket to see here, because both sides write before they read.
  bool sleep(Helper& self, std::size_t index) {
    self.state.store(State::asleep, std::memory_order_seq_cst);
    const bool sleeps = !has_work(index) && !stop_.load(std::memory_order_seq_cst);
    if (sleeps) self.state.wait(State::asleep, std::memory_order_acquire);
    self.state.store(State::awake, std::memory_order_relaxed);
    return sleeps;
  }

  // Returns whether the helper was asleep.
  static bool wake(Helper& helper) {
    if (helper.state.load(std::memory_order_seq_cst) == State::awake ||
        helper.state.exchange(State::awake, std::memory_order_acq_rel) == State::awake)
      return false;
    helper.state.notify_one();
    return true;
  }

  // Wakes two sleepers of the first `count` helpers.
  void wake_two(std::size_t count) {
    int woken = 0;
    for (std::size_t i = 0; i < count && woken < 2; ++i) woken += wake(helpers_[i]);
  }

  // For a helper that was just woken: the same, if there are tiles left.
  void wake_more() {
    const std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    if (has_tiles(ticket)) wake_two(helpers(ticket));
  }

  bool has_work(std::size_t helper) const {
    const std::uint64_t ticket = ticket_.load(std::memory_order_seq_cst);
    return has_tiles(ticket) && helper < helpers(ticket);
  }

  // Regions of one step follow each other within microseconds. A longer gap is not worth keeping a
  // core busy. Returns whether there is work, or the helper has to stop.
  bool spin_for_work(std::size_t helper) const {
    constexpr std::chrono::microseconds spin_time{20};
    constexpr int looks_per_clock_reading = 32;
    const auto end = std::chrono::steady_clock::now() + spin_time;
    do {
      for (int i = 0; i < looks_per_clock_reading; ++i) {
        if (has_work(helper) || stop_.load(std::memory_order_relaxed)) return true;
        pause();
      }
    } while (std::chrono::steady_clock::now() < end);
    return false;
  }

  // On cache lines of their own, because several threads write them all the time.
  alignas(64) std::atomic<std::uint64_t> ticket_{0};
  alignas(64) std::atomic<std::size_t> done_{0};  // tiles of the region
  alignas(64) std::atomic<bool> stop_{false};     // helpers are to end

  // Of the region in progress, written before its ticket.
  TileFunction tile_;
  std::size_t offset_ = 0;  // of its first tile

  std::mutex owner_;            // held by the thread whose region it is, and for what follows
  std::deque<Helper> helpers_;  // which stay where they are when it grows
  bool started_ = false;  // whether helpers have been started, or tried to, since size_ was set

  std::atomic<bool> closed_{false};  // the process exits: no more helpers
  std::atomic<int> size_;
};

std::atomic<bool> pool_made{false};

Pool& pool();

struct PoolClosed {
  ~PoolClosed() { pool().close(); }
};

Pool& make_pool() {
  static NeverDestroyed<Pool> made;
  static const PoolClosed at_exit;
  pthread_atfork(nullptr, nullptr, [] { pool().forget_helpers(); });
  pool_made.store(true, std::memory_order_relaxed);
  return *made;
}

Pool& pool() {
  static Pool& shared = make_pool();
  return shared;
}

}  // namespace

void parallel_for(std::size_t count, TileFunction tile) {
  const FlushDenormals flush;
  if (count <= 1 || inside_tile || thread_limit == 1) return Pool::run_alone(count, tile);
  Pool& shared = pool();
  if (shared.size() == 1)
    Pool::run_alone(count, tile);
  else
    shared.run(count, tile, thread_limit);
}

ThreadLimit::ThreadLimit(int threads) : before_(std::exchange(thread_limit, threads)) {}
ThreadLimit::~ThreadLimit() { thread_limit = before_; }

int thread_count() { return pool().size(); }
bool has_helpers() { return pool_made.load(std::memory_order_relaxed) && thread_count() > 1; }
int thread_count_here() { return inside_tile ? 1 : std::min(thread_limit, thread_count()); }
void set_thread_count(int count) { pool().resize(count); }

}  // namespace keratin::kernels
