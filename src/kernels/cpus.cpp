#include "kernels/cpus.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "keratin/check.hpp"

#ifdef __linux__
#include <sched.h>
#endif

namespace keratin::kernels {

namespace {

int affinity_count() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());
}

// A container's limit: cgroup v2 "quota period" in one file, v1 in two. No file, or no number
// ("max"), is no limit.
double cgroup_quota() {
  double quota = -1, period = -1;
  if (std::ifstream both("/sys/fs/cgroup/cpu.max"); both >> quota >> period) return quota / period;
  quota = period = -1;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota;
  std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_period_us") >> period;
  return quota > 0 && period > 0 ? quota / period : -1;
}

}  // namespace

int default_thread_count() {
  if (const char* text = std::getenv("KERATIN_NUM_THREADS"); text && *text) {
    const std::string value = text;
    int count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    const bool number = error == std::errc() && end == value.data() + value.size();
    check(number && count >= 1 && count <= 256, "threads", "KERATIN_NUM_THREADS is '", value,
          "', wanted a whole number from 1 to 256");
    return count;
  }
  int count = std::max(1, affinity_count());
  if (const double quota = cgroup_quota(); quota > 0)
    count = std::min(count, std::max(1, static_cast<int>(std::ceil(quota))));
  return count;
}

}  // namespace keratin::kernels
