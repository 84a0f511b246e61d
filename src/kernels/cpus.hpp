#pragma once

#include <filesystem>
#include <optional>

namespace keratin::kernels {

/// What a pool of threads is limited to: the range of utils::set_num_threads().
constexpr int most_threads = 256;

/// KERATIN_NUM_THREADS if it is set, otherwise the number of processors that this process may use
/// by its affinity mask and its cgroup's CPU quota. Throws std::invalid_argument if the variable is
/// not a number from 1 to most_threads.
int default_thread_count();

/// The CPU quota of this process in processors (1.5 is one and a half), the smallest one of its
/// cgroup and all cgroups above that the process can see, in cgroup v1 and v2. Nothing if there is
/// no limit. Files are looked for below `root`: proc/self/cgroup names the cgroups,
/// proc/self/mountinfo says where the hierarchies are mounted.
std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/");

}  // namespace keratin::kernels
