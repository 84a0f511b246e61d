#pragma once
// PRIVATE: bytes that are read from start to end, wherever they come from.

#include <cstddef>
#include <string>
#include <utility>

namespace keratin {

class Bytes {
 public:
  explicit Bytes(std::string path) : path_(std::move(path)) {}
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  virtual ~Bytes() = default;

  /// Reads up to `size` bytes, fewer only at the end.
  std::size_t read(void* out, std::size_t size) {
    const std::size_t got = read_more(out, size);
    position_ += got;
    return got;
  }
  /// Bytes read so far.
  std::size_t position() const { return position_; }
  /// An upper bound of all bytes.
  virtual std::size_t at_most() const = 0;
  /// What errors name.
  const std::string& path() const { return path_; }

 private:
  virtual std::size_t read_more(void* out, std::size_t size) = 0;
  std::string path_;
  std::size_t position_ = 0;
};

}  // namespace keratin
