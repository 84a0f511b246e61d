#include "keratin/utils.hpp"

#include "keratin/check.hpp"
#include "kernels/cpus.hpp"
#include "kernels/pool.hpp"

namespace keratin::utils {

void set_num_threads(int count) {
  check(count >= 1 && count <= kernels::most_threads, "set_num_threads", "got ", count,
        ", wanted 1 to ", kernels::most_threads);
  kernels::set_thread_count(count);
}

int num_threads() { return kernels::thread_count(); }

}  // namespace keratin::utils
