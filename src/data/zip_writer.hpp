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

  /// The same without a copy of the last member, which stands behind its header in the file.
  struct Around {
    std::string before, after;
  };
  Around finish_around(const std::string& name, std::string_view contents);

 private:
  struct Member {
    std::string name;
    std::uint32_t crc;
    std::uint64_t size, offset;
  };
  void add_header(const std::string& name, std::string_view contents);
  void write_common(const Member& member, bool large);
  std::uint64_t place() const { return elsewhere_ + bytes_.size(); }
  void write_listed(const Member& member);

  std::uint64_t limit_;
  std::uint64_t elsewhere_ = 0;  // bytes of the archive before bytes_
  std::string bytes_;
  std::vector<Member> members_;
};

}  // namespace keratin
