#pragma once

#include <cstddef>

namespace keratin {

/// Memory that a thread keeps from one call to the next, as a thread_local constinit variable:
///
///   thread_local constinit ThreadBuffer buffer;
///   float* values = buffer.reserve(size);
///
/// It starts on a cache line, loses its content when it grows, and is freed when the thread ends.
/// Destructors that run even later may still use it: what they reserve is never freed.
class ThreadBuffer {
 public:
  float* reserve(std::size_t size) { return size <= capacity_ ? values_ : grow(size); }

 private:
  friend struct ThreadBuffersFreed;
  float* grow(std::size_t size);
  void release();

  // There is no destructor: it would end the life of these members before their last use.
  float* values_ = nullptr;
  std::size_t capacity_ = 0;
  bool listed_ = false;           // among the buffers that the thread frees when it ends
  ThreadBuffer* next_ = nullptr;  // in that list
};

}  // namespace keratin
