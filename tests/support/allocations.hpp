#pragma once
// Counts what the tests' program allocates: tests/support/allocations.cpp replaces operator new in
// all its forms.

#include <cstddef>

namespace keratin::test {

struct Allocations {
  std::size_t count = 0, bytes = 0;
  std::size_t large = 0;  // of them, those of 1 KiB or more
};

/// All allocations of all threads since the program began.
Allocations allocations();

/// What `action` allocates, by all threads.
template <class Action>
Allocations allocations_of(const Action& action) {
  const Allocations before = allocations();
  action();
  const Allocations after = allocations();
  return {after.count - before.count, after.bytes - before.bytes, after.large - before.large};
}

}  // namespace keratin::test
