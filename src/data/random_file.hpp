#pragma once
// PRIVATE: a file that is read at any place, by several threads at once.

#include <cstddef>
#include <cstdint>
#include <string>

namespace keratin {

class RandomFile {
 public:
  /// Throws std::runtime_error "[where] ..." if the file cannot be opened, as the other members do
  /// if it cannot be read.
  RandomFile(std::string path, const char* where);
  RandomFile(const RandomFile&) = delete;
  RandomFile& operator=(const RandomFile&) = delete;
  ~RandomFile();

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  /// Throws if there are fewer bytes there.
  void read(std::uint64_t offset, void* out, std::size_t size) const;

 private:
  std::string path_;
  const char* where_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace keratin
