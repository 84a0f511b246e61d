#pragma once
// PRIVATE: writes ZIP archives (APPNOTE.TXT 6.3) whose members are stored as they are.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keratin {

/// Sizes and places from `limit` on are written as ZIP64 has them, with 64 bits; without such ones
/// the archive can be read by programs that know no ZIP64.
class ZipWriter {
 public:
  static constexpr std::uint64_t zip64_limit = 0xFFFFFFFF;
  explicit ZipWriter(std::uint64_t limit = zip64_limit) : limit_(limit) {}

  /// Names have at most 65535 bytes.
  void add(const std::string& name, std::string_view contents);
  /// The archive's bytes. Nothing can be added after it.
  std::string finish();

 private:
  struct Member {
    std::string name;
    std::uint32_t crc;
    std::uint64_t size, offset;
  };
  void write_common(const Member& member, bool large);
  void write_listed(const Member& member);

  std::uint64_t limit_;
  std::string bytes_;
  std::vector<Member> members_;
};

}  // namespace keratin
