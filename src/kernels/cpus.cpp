#include "kernels/cpus.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include "keratin/check.hpp"

#ifdef __linux__
#include <sched.h>
#endif

namespace keratin::kernels {

namespace {

using std::filesystem::path;

// The processors of the affinity mask; none if the system does not tell.
std::vector<int> allowed_processors() {
  std::vector<int> processors;
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (int i = 0; i < CPU_SETSIZE; ++i)
      if (CPU_ISSET(i, &set)) processors.push_back(i);
#endif
  return processors;
}

// A mounted cgroup hierarchy that can limit processors. In a container its root is often not the
// hierarchy's but the container's own cgroup.
struct Hierarchy {
  enum class Version { v1, v2 } version;
  std::string mounted;  // the cgroup that is seen at the mount point, such as "/docker/1a2b"
  path mount_point;
};

bool in_list(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// A line of mountinfo, see proc(5): "31 23 0:28 ROOT MOUNT_POINT OPTIONS TAGS... - TYPE SOURCE
// SUPER_OPTIONS".
std::optional<Hierarchy> parse_mount(const std::string& line) {
  std::istringstream words(line);
  std::string skipped, mounted, mount_point, type, options;
  words >> skipped >> skipped >> skipped >> mounted >> mount_point;
  while (words >> skipped && skipped != "-") {
  }
  words >> type >> skipped >> options;
  if (type == "cgroup2") return Hierarchy{Hierarchy::Version::v2, mounted, mount_point};
  if (type == "cgroup" && in_list(options, "cpu"))
    return Hierarchy{Hierarchy::Version::v1, mounted, mount_point};
  return std::nullopt;
}

// This process's cgroup in the hierarchy, from lines "ID:CONTROLLERS:/PATH"; v2's is "0::/PATH".
std::string own_cgroup(const path& root, Hierarchy::Version version) {
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const std::size_t controllers = line.find(':') + 1;
    const std::size_t name = line.find(':', controllers) + 1;
    if (controllers == 0 || name == 0) continue;
    const std::string_view list =
        std::string_view(line).substr(controllers, name - 1 - controllers);
    if (version == Hierarchy::Version::v2 ? list.empty() : in_list(list, "cpu"))
      return line.substr(name);
  }
  return "/";
}

// The part of `cgroup` below the one that is mounted; nothing if it lies elsewhere.
path below_mount(const std::string& cgroup, const std::string& mounted) {
  const path relative = path(cgroup).lexically_relative(mounted);
  const bool elsewhere = relative.empty() || *relative.begin() == "..";
  return elsewhere ? path(".") : relative;
}

// The quota that a cgroup's own files give; "max" in v2 and -1 in v1 stand for no limit.
std::optional<double> quota_of(const path& folder, Hierarchy::Version version) {
  double quota = -1;   // microseconds of processor time in each period
  double period = -1;  // microseconds
  if (version == Hierarchy::Version::v2) {
    std::ifstream(folder / "cpu.max") >> quota >> period;
  } else {
    std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
    std::ifstream(folder / "cpu.cfs_period_us") >> period;
  }
  if (quota > 0 && period > 0) return quota / period;
  return std::nullopt;
}

}  // namespace

std::optional<double> cgroup_cpu_quota(const path& root) {
  std::optional<double> smallest;
  std::ifstream mounts(root / "proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    const std::optional<Hierarchy> hierarchy = parse_mount(line);
    if (!hierarchy) continue;
    path folder = root / hierarchy->mount_point.relative_path();
    const auto visit = [&] {
      const std::optional<double> quota = quota_of(folder, hierarchy->version);
      if (quota && (!smallest || *quota < *smallest)) smallest = quota;
    };
    visit();
    for (const path& name : below_mount(own_cgroup(root, hierarchy->version), hierarchy->mounted)) {
      folder /= name;
      visit();
    }
  }
  return smallest;
}

int core_count(const std::vector<int>& processors, const path& root) {
  std::set<std::string> cores;  // each as the list of its processors
  for (int processor : processors) {
    const std::string name = concat("cpu", processor);
    const path topology = root / "sys/devices/system/cpu" / name / "topology";
    std::string siblings;
    if (!std::getline(std::ifstream(topology / "core_cpus_list"), siblings) &&
        !std::getline(std::ifstream(topology / "thread_siblings_list"), siblings))
      siblings = name;
    cores.insert(siblings);
  }
  return static_cast<int>(cores.size());
}

int physical_core_count() {
  const std::vector<int> processors = allowed_processors();
  if (processors.empty()) return static_cast<int>(std::thread::hardware_concurrency());
  return core_count(processors);
}

int default_thread_count() {
  if (const char* text = std::getenv("KERATIN_NUM_THREADS"); text && *text) {
    const std::string value = text;
    int count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    const bool number = error == std::errc() && end == value.data() + value.size();
    check(number && count >= 1 && count <= most_threads, "threads", "KERATIN_NUM_THREADS is '",
          value, "', wanted a whole number from 1 to ", most_threads);
    return count;
  }
  double count = physical_core_count();
  if (const std::optional<double> quota = cgroup_cpu_quota())
    count = std::min(count, std::ceil(*quota));
  return static_cast<int>(std::clamp<double>(count, 1, most_threads));
}

}  // namespace keratin::kernels
