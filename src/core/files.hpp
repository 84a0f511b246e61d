#pragma once
// PRIVATE: writing and reading whole files.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace keratin {

/// Writes `bytes` to a temporary file beside `path` and renames it, so that nobody ever sees half a
/// file there and an older file survives a failure, also of the machine: it is on the disk before
/// it is renamed. Links are followed, the permissions of an older file are kept, and where it may
/// not be written it is not replaced. A device or a pipe is written to as it is. Throws
/// std::runtime_error "[where] cannot write 'path': reason", and leaves nothing behind.
void write_file(std::string_view where, const std::string& path, std::string_view bytes);
/// The same for bytes that are in several places, one after the other.
void write_file(std::string_view where, const std::string& path,
                std::span<const std::string_view> parts);

/// A file that lines or records are added to. Errors are write_file()'s.
class GrowingFile {
 public:
  /// Opens the file, or makes it.
  GrowingFile(std::string_view where, std::string path);
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  /// Adds all of it, or on an error nothing; a file that has nothing is removed then.
  void append(std::string_view bytes);
  std::uint64_t size() const;  // in bytes; 0 for a device or a pipe
  /// Cuts off what is behind so many bytes.
  void shorten(std::uint64_t size);

 private:
  std::string where_, path_;
  int descriptor_;
};

/// The bytes of the file. Throws std::runtime_error "[where] cannot read 'path': reason", before it
/// allocates anything if there are more than `at_most`.
std::string read_file(std::string_view where, const std::string& path, std::uint64_t at_most);

}  // namespace keratin
