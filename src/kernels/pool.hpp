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

/// Runs tile(0) ... tile(count - 1), each once, on the caller and on whatever helpers are free;
/// returns when all are done. Tiles must not throw. Called from inside a tile, or while another
/// thread has the helpers, it runs on the caller alone.
void parallel_for(std::size_t count, TileFunction tile);

/// While it lives parallel_for runs on this thread alone, or, if `alone` is false, with helpers
/// again.
class Alone {
 public:
  explicit Alone(bool alone);
  ~Alone();
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  bool before_;
};

/// How many threads parallel_for may use, the caller included; and how many it may when called here
/// and now.
int thread_count();
int thread_count_here();
/// Whether there are helpers yet: the first region that is large enough makes them.
bool has_helpers();
void set_thread_count(int count);

/// Tiles of `grain` elements in `size`: what elementwise loops are cut into.
inline std::size_t tile_count(std::size_t size, std::size_t grain) {
  return (size + grain - 1) / grain;
}

/// [0, size), size > 0, in equal slices of at most `grain`, none empty, an even number of them
/// unless that is 1 or each is one element: so one ends in the middle, and of two cores each keeps
/// meeting its own half of rows and weights.
struct Slices {
  std::size_t size, count;
  Slices(std::size_t size, std::size_t grain)
      : size(size), count(size <= grain ? 1 : 2 * tile_count(size, 2 * grain)) {
    if (count > size) count = size;
  }
  std::size_t first(std::size_t slice) const { return size * slice / count; }
  std::size_t length(std::size_t slice) const { return first(slice + 1) - first(slice); }
};

/// parallel_for over the Slices of [0, size): body(first, count).
template <class Body>
void parallel_slices(std::size_t size, std::size_t grain, const Body& body) {
  if (size == 0) return;
  if (size <= grain) return body(std::size_t{0}, size);
  const Slices slices(size, grain);
  parallel_for(slices.count,
               [&](std::size_t slice) { body(slices.first(slice), slices.length(slice)); });
}

}  // namespace keratin::kernels
