#pragma once
// PRIVATE: writing and reading whole files.

#include <cstdint>
#include <string>
#include <string_view>

namespace keratin {

/// Writes `bytes` to a temporary file beside `path` and renames it, so that nobody ever sees half a
/// file there and an older file survives a failure, also of the machine: it is on the disk before
/// it is renamed. Throws std::runtime_error "[where] cannot write
/// 'path': reason".
void write_file(std::string_view where, const std::string& path, std::string_view bytes);

/// The bytes of the file. Throws std::runtime_error "[where] cannot read 'path': reason", before it
/// allocates anything if there are more than `at_most`.
std::string read_file(std::string_view where, const std::string& path, std::uint64_t at_most);

}  // namespace keratin
