#include "core/thread_buffer.hpp"

#include <new>
#include <utility>

namespace keratin {

namespace {

constexpr std::align_val_t line_alignment{64};  // bytes: a cache line

thread_local constinit ThreadBuffer* buffers_of_this_thread = nullptr;

}  // namespace

struct ThreadBuffersFreed {
  ~ThreadBuffersFreed() {
    while (ThreadBuffer* buffer = buffers_of_this_thread) {
      buffers_of_this_thread = std::exchange(buffer->next_, nullptr);
      buffer->listed_ = false;
      buffer->release();
    }
  }
};

void ThreadBuffer::release() {
  ::operator delete[](values_, line_alignment);
  values_ = nullptr;
  capacity_ = 0;
}

float* ThreadBuffer::grow(std::size_t size) {
  thread_local const ThreadBuffersFreed at_thread_end;
  static_cast<void>(at_thread_end);  // constructed by being named, once per thread
  release();
  values_ = static_cast<float*>(::operator new[](size * sizeof(float), line_alignment));
  capacity_ = size;
  if (!listed_) {
    listed_ = true;
    next_ = std::exchange(buffers_of_this_thread, this);
  }
  return values_;
}

}  // namespace keratin
