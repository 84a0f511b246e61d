#include "keratin/utils.hpp"

#include "keratin/check.hpp"
#include "kernels/pool.hpp"

namespace keratin::utils {

void set_num_threads(int count) {
  check(count >= 1 && count <= 256, "set_num_threads", "got ", count, ", wanted 1 to 256");
  kernels::set_thread_count(count);
}

int num_threads() { return kernels::thread_count(); }

}  // namespace keratin::utils
