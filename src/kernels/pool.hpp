#pragma once
// Threads: parallel_for and nothing else. What a tile computes never depends on who computes it.

#include <cstddef>
#include <memory>
#include <type_traits>

namespace keratin::kernels {

/// A borrowed callable void(std::size_t tile).
class TileFunction {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, TileFunction>)
  TileFunction(const F& function)
      : object_(std::addressof(function)), call_([](const void* object, std::size_t tile) { (*static_cast<const F*>(object))(tile); }) {}
  TileFunction() = default;
  void operator()(std::size_t tile) const { call_(object_, tile); }

 private:
  const void* object_ = nullptr;
  void (*call_)(const void*, std::size_t) = nullptr;
};

/// Runs tile(0) ... tile(count - 1), each once, on the caller and on whatever helpers are free; returns when all are done.
/// Tiles must not throw. Called from inside a tile, or while another thread has the helpers, it runs on the caller alone.
void parallel_for(std::size_t count, TileFunction tile);

/// While it lives parallel_for runs on this thread alone, or, if `alone` is false, with helpers again.
class Alone {
 public:
  explicit Alone(bool alone);
  ~Alone();
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  bool before_;
};

/// How many threads parallel_for may use, the caller included; and how many it may when called here and now.
int thread_count();
int thread_count_here();
/// Whether there are helpers yet: the first region that is large enough makes them.
bool has_helpers();
void set_thread_count(int count);

/// Tiles of `grain` elements in `size`: what elementwise loops are cut into.
inline std::size_t tile_count(std::size_t size, std::size_t grain) { return (size + grain - 1) / grain; }

/// parallel_for over [0, size) in equal slices of at most `grain`, an even number of them: body(first, count). So one ends in the middle,
/// and of two cores each keeps meeting its own half of rows and weights.
template <class Body>
void parallel_slices(std::size_t size, std::size_t grain, const Body& body) {
  if (size <= grain) {
    if (size > 0) body(std::size_t{0}, size);
    return;
  }
  const std::size_t count = 2 * tile_count(size, 2 * grain);
  parallel_for(count, [&](std::size_t tile) {
    const std::size_t first = size * tile / count;
    body(first, size * (tile + 1) / count - first);
  });
}

}  // namespace keratin::kernels
