#pragma once
// PRIVATE: numbers of the ZIP format (APPNOTE.TXT 6.3) and of deflate.

#include <cstddef>
#include <cstdint>

namespace keratin {

/// What the records of an archive start with.
inline constexpr std::uint32_t entry_magic = 0x02014b50, local_magic = 0x04034b50,
                               end_magic = 0x06054b50, end64_magic = 0x06064b50,
                               locator_magic = 0x07064b50;

/// Decompressed bytes per compressed byte: deflate never reaches more (zlib's technical notes).
inline constexpr std::size_t deflate_limit = 1032;

}  // namespace keratin
