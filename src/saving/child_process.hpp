#pragma once
// PRIVATE: work that may crash or hang, done in a child process.

#include <functional>
#include <string>
#include <string_view>

namespace keratin {

/// What a child process may use.
struct ChildLimits {
  double cpu_seconds = 0.5;       // of computing
  double wall_seconds = 10;       // on a busy machine, or when it waits for something
  std::size_t memory = 64 << 20;  // bytes more than this process has at the time
  std::size_t result = 32 << 20;  // bytes
};

/// Returns what `work` returns in a copy of this process. It gets only limited time and memory, no
/// files, no network and, where Linux can take them from it (seccomp), no rights but to compute and
/// to write its result; so that what goes wrong there has no consequences here. Throws
/// std::runtime_error: with what `work` throws, or "[where] about: ..." when it crashes, exceeds
/// its limits or cannot be started.
///
/// `work` may allocate memory. It must take no lock that another thread may hold, and use no
/// thread.
std::string run_in_child(std::string_view where, std::string_view about,
                         const std::function<std::string()>& work, const ChildLimits& limits = {});

}  // namespace keratin
