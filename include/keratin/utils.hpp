#pragma once
// Settings of the whole process, with Keras's words.

#include "keratin/random.hpp"

namespace keratin::utils {

/// Threads that training, evaluate and predict share, the caller included (from 1 to 256). Results
/// have the same bits for any number. The default is KERATIN_NUM_THREADS, else what the machine,
/// its affinity mask and its cgroup allow.
void set_num_threads(int count);
int num_threads();

/// Automatic names (dense_1, ...) start again from the first.
void clear_session();

}  // namespace keratin::utils
