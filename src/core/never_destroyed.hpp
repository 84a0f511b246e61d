#pragma once

#include <new>
#include <utility>

namespace keratin {

/// A value for a static variable whose destructor must not run: at exit, destructors of the
/// program's own statics, atexit handlers and other threads may still be using the library. The
/// value lives in place, so it is gone with a library that is unloaded.
template <class T>
class NeverDestroyed {
 public:
  template <class... Args>
  explicit NeverDestroyed(Args&&... args) {
    ::new (static_cast<void*>(storage_)) T(std::forward<Args>(args)...);
  }
  NeverDestroyed(const NeverDestroyed&) = delete;
  NeverDestroyed& operator=(const NeverDestroyed&) = delete;

  T& operator*() { return *std::launder(reinterpret_cast<T*>(storage_)); }
  T* operator->() { return &**this; }

 private:
  alignas(T) unsigned char storage_[sizeof(T)];
};

}  // namespace keratin
