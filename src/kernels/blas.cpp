#include "kernels/blas.hpp"

#include <pthread.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "core/never_destroyed.hpp"
#include "kernels/blas_core.hpp"

// Declared here: OpenBLAS's own cblas.h does not compile beside xtensor-blas. Weak, because another
// BLAS has none of these, and only an OpenMP build of OpenBLAS brings OpenMP's.
extern "C" {
[[gnu::weak]] void openblas_set_num_threads(int);
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] int openblas_get_parallel();
[[gnu::weak]] void omp_set_num_threads(int);
[[gnu::weak]] int omp_get_max_threads();
}

namespace keratin::kernels {

namespace {

// Where this build of OpenBLAS takes the number of threads of a call from.
enum class ThreadSetting {
  none,         // not OpenBLAS, or a build without threads
  per_process,  // OpenBLAS's own threads: openblas_set_num_threads() counts for every thread
  per_thread    // OpenMP: omp_set_num_threads() of the calling thread, and nothing else, counts
};

ThreadSetting thread_setting() {
  static const ThreadSetting setting = [] {
    constexpr int own_threads = 1;  // values of openblas_get_parallel()
    constexpr int openmp = 2;
    const int build = openblas_get_parallel ? openblas_get_parallel() : 0;
    if (build == openmp && omp_set_num_threads && omp_get_max_threads)
      return ThreadSetting::per_thread;
    if (build == own_threads && openblas_set_num_threads && openblas_get_num_threads)
      return ThreadSetting::per_process;
    return ThreadSetting::none;
  }();
  return setting;
}

thread_local int sections_of_this_thread = 0;

// The sections of all threads. Entering the first saves what is set for the process, leaving the
// last restores it.
class Sections {
 public:
  Sections() { pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); }

  void enter() {
    std::unique_lock lock(lock_);
    if (closed_ && sections_of_this_thread == 0 && std::this_thread::get_id() != closed_by_)
      sleep_for_good(lock);
    if (inside_ == 0 && thread_setting() == ThreadSetting::per_process) {
      threads_before_ = openblas_get_num_threads();
      if (threads_before_ != 1) openblas_set_num_threads(1);
    }
    ++inside_;
    ++sections_of_this_thread;
  }

  void leave() {
    const std::lock_guard lock(lock_);
    --sections_of_this_thread;
    --inside_;
    if (inside_ == 0 && thread_setting() == ThreadSetting::per_process && threads_before_ != 1)
      openblas_set_num_threads(threads_before_);
  }

  void close() {
    const std::unique_lock lock = lock_without_others();
    closed_ = true;
    closed_by_ = std::this_thread::get_id();
  }

 private:
  // A product takes seconds at most. Should a thread never leave its section, better to go on.
  static constexpr std::chrono::seconds longest_wait{10};
  static constexpr std::chrono::microseconds between_looks{50};

  // The lock, once no other thread is in a section.
  std::unique_lock<std::mutex> lock_without_others() {
    const auto end = std::chrono::steady_clock::now() + longest_wait;
    std::unique_lock lock(lock_);
    while (inside_ > sections_of_this_thread && std::chrono::steady_clock::now() < end) {
      lock.unlock();
      std::this_thread::sleep_for(between_looks);
      lock.lock();
    }
    return lock;
  }

  [[noreturn]] static void sleep_for_good(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }

  static void before_fork();
  static void after_fork_in_parent();
  static void after_fork_in_child();

  std::mutex lock_;
  int inside_ = 0;
  int threads_before_ = 1;  // what openblas_get_num_threads() was outside of all sections
  bool closed_ = false;
  std::thread::id closed_by_;
};

Sections& sections() {
  static NeverDestroyed<Sections> sections;
  return *sections;
}

void Sections::before_fork() { sections().lock_without_others().release(); }

void Sections::after_fork_in_parent() { sections().lock_.unlock(); }

void Sections::after_fork_in_child() {
  sections().inside_ = sections_of_this_thread;
  sections().lock_.unlock();
}

// Runs when the process exits, after the destructors of static objects and before OpenBLAS unmaps
// its memory; also when a shared library that contains this code is unloaded.
[[gnu::destructor]] void close_sections() { sections().close(); }

}  // namespace

void use_one_openmp_thread() {
  if (thread_setting() == ThreadSetting::per_thread) omp_set_num_threads(1);
}

BlasSection::BlasSection() {
  warn_of_slow_blas_core();
  sections().enter();
  if (thread_setting() != ThreadSetting::per_thread) return;
  const int threads = omp_get_max_threads();
  if (threads == 1) return;
  openmp_threads_ = threads;
  omp_set_num_threads(1);
}

BlasSection::~BlasSection() {
  if (openmp_threads_ != 0) omp_set_num_threads(openmp_threads_);
  sections().leave();
}

}  // namespace keratin::kernels
