#pragma once
// PRIVATE: what a child process that reads untrusted bytes may still do.

#include <cstddef>

namespace keratin {

/// Leaves this process no files but /dev/null, as its standard ones, and `file`, whose new number
/// is returned; no signal handlers; and, where Linux can take them from it (seccomp), no rights but
/// to compute, to use memory, and to read and write what is open.
int give_up_rights(int file);

/// From now on the process may compute for so long, and may have so many bytes of memory more than
/// when it gave up its rights. If it computes longer it is ended.
void allow(double cpu_seconds, std::size_t memory);

}  // namespace keratin
