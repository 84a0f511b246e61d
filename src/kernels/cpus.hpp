#pragma once

namespace keratin::kernels {

/// KERATIN_NUM_THREADS if set, else the processors that this process may use by affinity and cgroup
/// quota. Throws std::invalid_argument when the variable is no number from 1 to 256.
int default_thread_count();

}  // namespace keratin::kernels
