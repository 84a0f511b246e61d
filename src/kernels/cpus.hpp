#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "keratin/export.hpp"

// Three functions are exported for keratin::distribution, which is a library of its own.
namespace keratin::kernels {

/// What a pool of threads is limited to: the range of utils::set_num_threads().
constexpr int most_threads = 256;

/// KERATIN_NUM_THREADS if it is set, otherwise physical_core_count() or the cgroup's CPU quota,
/// rounded up, whichever is less. Throws std::invalid_argument if the variable is not a number from
/// 1 to most_threads.
KERATIN_API int default_thread_count();

/// The number of cores that this process may run on by its affinity mask. A core that shows itself
/// as two processors (hyper-threads) counts once: two threads there would share its arithmetic
/// units and its first and second cache.
int physical_core_count();

/// The number of cores that these processors belong to, by the topology in files below `root`:
/// sys/devices/system/cpu/cpu7/topology/core_cpus_list, or thread_siblings_list in older kernels,
/// lists the processors of processor 7's core. A processor without the file counts as a core.
KERATIN_API int core_count(const std::vector<int>& processors,
                           const std::filesystem::path& root = "/");

/// The CPU quota of this process in processors (1.5 is one and a half), the smallest one of its
/// cgroup and all cgroups above that the process can see, in cgroup v1 and v2. Nothing if there is
/// no limit. Files are looked for below `root`: proc/self/cgroup names the cgroups,
/// proc/self/mountinfo says where the hierarchies are mounted.
KERATIN_API std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/");

}  // namespace keratin::kernels
