#pragma once

#include "keratin/keratin.hpp"

namespace keratin::test {

/// Sets the number of threads back when a test is over.
struct ThreadsRestored {
  int before = utils::num_threads();
  ~ThreadsRestored() { utils::set_num_threads(before); }
};

}  // namespace keratin::test
