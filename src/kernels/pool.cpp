#include "kernels/pool.hpp"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/never_destroyed.hpp"
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

thread_local bool inside_tile = false, stays_alone = false;

// Signals that a running helper keeps for itself: those that its own instructions cause, and the
// profiler's. All others are the program's, whose handlers expect the program's threads.
constexpr int own_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF};

// While it lives threads that this one starts have all signals blocked except own_signals.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (int signal : own_signals) sigdelset(&blocked, signal);
    pthread_sigmask(SIG_SETMASK, &blocked, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

// Tiles are claimed, by the caller too, so it never waits for a helper to start, only for tiles
// already in work. One atomic holds (region number, first tile left, end of the tiles left): a
// helper that comes late to a region cannot claim in the next one, and one that has claimed reads
// the function afterwards, when the caller cannot leave the region any more. The caller claims from
// the front and helpers from the back: from region to region and step to step a core meets the rows
// and weights that are in its cache.
//
// Helpers are started by the first region and again by the first region after a fork, whose child
// has none. They are joined when the process exits or the library is unloaded; regions of whatever
// runs later run on their caller alone. The pool itself is never destroyed.
class Pool {
 public:
  Pool() : size_(default_thread_count()) {}

  // The number of threads, callers included, that regions use or will use.
  int size() const { return size_.load(std::memory_order_relaxed); }

  void resize(int size) {
    std::lock_guard lock(owner_);
    stop_helpers();
    size_.store(size, std::memory_order_relaxed);
  }

  void run(std::size_t count, TileFunction tile) {
    std::unique_lock lock(owner_, std::try_to_lock);
    if (!lock || closed_.load(std::memory_order_relaxed)) return run_alone(count, tile);
    const std::string warning = started_ ? std::string() : start_helpers();
    for (std::size_t done = 0; done < count; done += max_tiles) {
      offset_ = done;
      run_region(count - done < max_tiles ? count - done : max_tiles, tile);
    }
    lock.unlock();
    if (!warning.empty()) warn(warning);
  }

  // A region in progress keeps its helpers: then the process exits while another thread works.
  void close() {
    closed_.store(true, std::memory_order_relaxed);
    std::unique_lock lock(owner_, std::try_to_lock);
    if (lock) stop_helpers();
  }

  // In the child of a fork, whose only thread is the caller: neither helpers nor the owner of a
  // region exist there. Handles of threads that do not exist must not be joined or detached.
  void forget_helpers() {
    std::construct_at(&owner_);
    for (std::thread& helper : helpers_) std::construct_at(&helper);
    helpers_.clear();
    started_ = false;
    stop_.store(false);
    sleepers_.store(0);
    ticket_.store(0);
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
    for (int spins = 0; done_.load(std::memory_order_acquire) != count;) {
      if (spins < 4000) {
        ++spins;
        pause();
      } else {
        std::this_thread::yield();  // the helper that holds the tile may want this core
      }
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

  // Returns a warning if the system refuses a thread: then the pool is smaller from here on.
  std::string start_helpers() {
    started_ = true;
    const int wanted = size() - 1;
    const SignalsBlocked in_helpers;
    try {
      helpers_.reserve(static_cast<std::size_t>(wanted));
      for (int i = 0; i < wanted; ++i) helpers_.emplace_back([this] { help(); });
    } catch (const std::exception& error) {
      const int granted = static_cast<int>(helpers_.size()) + 1;
      size_.store(granted, std::memory_order_relaxed);
      return concat("[threads] only ", granted, " of ", wanted + 1,
                    " threads will be used: the system did not start another (", error.what(), ")");
    }
    return {};
  }

  void stop_helpers() {
    stop_.store(true);
    wake();
    for (std::thread& helper : helpers_) helper.join();
    helpers_.clear();
    stop_.store(false);
    started_ = false;
  }

  void help() {
    inside_tile = true;
    use_one_openmp_thread();
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
  bool started_ = false;
  std::atomic<bool> closed_{false};
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
