#pragma once
// PRIVATE: reads ZIP archives (APPNOTE.TXT 6.3: stored and deflated members, also of ZIP64).

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/bytes.hpp"
#include "data/random_file.hpp"

namespace keratin {

struct ZipMember {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t packed = 0, size = 0;  // bytes in the archive and of the contents
  std::uint64_t offset = 0;            // of the contents in the archive
};

/// Reads the list of members, whose names are names only: nothing is ever written under them.
/// Throws std::runtime_error for a damaged list, and for members that overlap, have equal names,
/// are encrypted, compressed in another way, or larger than deflate can make them.
class ZipArchive {
 public:
  ZipArchive(const std::string& path, const char* where);

  const std::string& path() const { return file_.path(); }
  const std::vector<ZipMember>& members() const { return members_; }
  /// The member of that name; throws std::runtime_error, with the names there are, if there is
  /// none.
  const ZipMember& member(const std::string& name) const;
  /// The contents of a member. Reading them throws std::runtime_error if they are damaged.
  std::unique_ptr<Bytes> open(const ZipMember& member) const;

 private:
  void read_members(std::uint64_t offset, std::uint64_t size, std::uint64_t count);
  void find_contents();

  const char* where_;
  RandomFile file_;
  std::vector<ZipMember> members_;
};

}  // namespace keratin
