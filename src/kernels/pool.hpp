#pragma once
// The threads of the library. All parallel work goes through parallel_for: it is divided into tiles
// by its size alone, and what a tile computes does not depend on the thread that computes it. So
// results have the same bits on any number of threads. All threads flush denormals (see
// flush_denormals.hpp): helpers always, callers in a region.
//
// A region is one call of parallel_for, its caller the thread that makes it. Helpers are the pool's
// own threads, of which there are one less than the number of threads set.
//
//   when                                          helpers
//   first region, first after set_thread_count()  are started; if the system refuses some, the
//                                                 library warns and uses those that it got
//   fork()                                        stay with the parent; the child's first region
//                                                 starts its own
//   exit(), or dlclose() of a library that        are joined, except if another thread is inside of
//   contains this code                            a region; later regions run on their caller alone
//
// The pool is never destroyed, so destructors of static objects, atexit handlers and threads that
// outlive main() may use the library. Before dlclose() no other thread may be using it. glibc keeps
// a library loaded, helpers included, while a thread has thread_local variables of it to destroy,
// and if g++ has given it variables that are unique in the process.

#include <cstddef>
#include <memory>
#include <type_traits>

#include "keratin/flush_denormals.hpp"

namespace keratin::kernels {

/// A reference to a callable void(std::size_t tile), which must outlive it.
class TileFunction {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, TileFunction>) TileFunction(const F& function)
      : object_(std::addressof(function)), call_([](const void* object, std::size_t tile) {
          (*static_cast<const F*>(object))(tile);
        }) {}
  TileFunction() = default;
  void operator()(std::size_t tile) const { call_(object_, tile); }

 private:
  const void* object_ = nullptr;
  void (*call_)(const void*, std::size_t) = nullptr;
};

/// Calls tile(0) to tile(count - 1), each once, on the caller and on the helpers that are free, and
/// returns when all are done. Tiles must not throw. Inside of a tile, and while another thread is
/// in a region, everything runs on the caller alone.
void parallel_for(std::size_t count, TileFunction tile);

/// For its lifetime regions that this thread starts use at most `threads` threads, this one
/// included; the other helpers neither work nor spin. The innermost limit counts.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int before_;
};

/// How many threads a region may use, the caller included.
int thread_count();
/// The same for a region started here and now: at most ThreadLimit's, 1 inside of a tile.
int thread_count_here();
/// Whether a region has used the pool yet, and with more than one thread.
bool has_helpers();
/// Waits for a region in progress, and joins the helpers.
void set_thread_count(int count);

/// The number of tiles of `grain` elements in `size`, the last of which may be smaller.
inline std::size_t tile_count(std::size_t size, std::size_t grain) {
  return (size + grain - 1) / grain;
}

/// The range [0, size), size > 0, cut into slices of nearly equal length, at most `grain` and at
/// least 1. The number of slices is even, so that one ends in the middle and each of two cores
/// works on its own half of rows and weights again and again. Exceptions are a single slice, and
/// slices of one element.
struct Slices {
  std::size_t size;
  std::size_t count;
  Slices(std::size_t whole, std::size_t grain)
      : size(whole), count(whole <= grain ? 1 : 2 * tile_count(whole, 2 * grain)) {
    if (count > size) count = size;
  }
  std::size_t first(std::size_t slice) const { return size * slice / count; }
  std::size_t length(std::size_t slice) const { return first(slice + 1) - first(slice); }
};

/// Calls body(first, count) for the Slices of [0, size), in parallel.
template <class Body>
void parallel_slices(std::size_t size, std::size_t grain, const Body& body) {
  if (size == 0) return;
  if (size <= grain) {
    const FlushDenormals flush;
    return body(std::size_t{0}, size);
  }
  const Slices slices(size, grain);
  parallel_for(slices.count,
               [&](std::size_t slice) { body(slices.first(slice), slices.length(slice)); });
}

}  // namespace keratin::kernels
