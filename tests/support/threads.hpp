#pragma once

#include <pthread.h>

#include "keratin/keratin.hpp"

namespace keratin::test {

/// Sets the number of threads back when a test is over.
struct ThreadsRestored {
  int before = utils::num_threads();
  ~ThreadsRestored() { utils::set_num_threads(before); }
};

/// While it lives no thread can be started: none has room for its stack.
class ImpossibleStacks {
 public:
  ImpossibleStacks() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t impossible = before_;
    pthread_attr_setstacksize(&impossible, std::size_t{1} << 50);
    pthread_setattr_default_np(&impossible);
  }
  ~ImpossibleStacks() { pthread_setattr_default_np(&before_); }
  ImpossibleStacks(const ImpossibleStacks&) = delete;
  ImpossibleStacks& operator=(const ImpossibleStacks&) = delete;

 private:
  pthread_attr_t before_;
};

}  // namespace keratin::test
