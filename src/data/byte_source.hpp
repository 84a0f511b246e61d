#pragma once
// PRIVATE: a file's bytes, plain or gunzipped on the way.

#include <zlib.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace keratin {

/// Throws std::runtime_error naming the path when the file cannot be read or its gzip stream is
/// damaged: cut short, a wrong checksum, or bytes after its end.
class ByteSource {
 public:
  explicit ByteSource(std::string path);
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  ~ByteSource();

  /// Reads up to `size` bytes, fewer only at the end.
  std::size_t read(void* out, std::size_t size);
  /// No more bytes than this can come in all: a plain file's size, or what deflate could make of a
  /// compressed one.
  std::size_t at_most() const { return at_most_; }
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  bool refill();  // more of the file into buffer_; false at its end
  std::size_t inflate_some(unsigned char* out, std::size_t size);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<unsigned char> buffer_;
  z_stream stream_{};  // next_in and avail_in serve plain files, too
  std::size_t at_most_ = 0;
  bool gzip_ = false, ended_ = false;
};

}  // namespace keratin
