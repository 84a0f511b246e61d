#pragma once
// PRIVATE: the bytes of a file, decompressed if it is gzipped.

#include <zlib.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "data/bytes.hpp"

namespace keratin {

/// Reads a file from start to end. A file that starts with gzip's magic bytes is decompressed: all
/// of its members one after the other, as gunzip and zcat do, and zero bytes after a member are
/// skipped. Throws std::runtime_error "[where] path: ..." when the file cannot be read or a member
/// is damaged: truncated, with a wrong checksum, or followed by anything else.
class ByteSource : public Bytes {
 public:
  ByteSource(std::string path, const char* where);
  /// An open file of `size` bytes, which errors call `path`.
  ByteSource(std::string path, std::FILE* file, std::size_t size, const char* where);
  ~ByteSource() override;

  /// A plain file's size, or the most that deflate could have compressed into a gzipped one.
  std::size_t at_most() const override { return at_most_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::size_t read_more(void* out, std::size_t size) override;
  void start(std::size_t size);
  bool refill();  // reads more of the file into buffer_; false at its end
  std::size_t inflate_some(unsigned char* out, std::size_t size);
  bool start_next_member();  // false if none follows

  const char* where_;
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<unsigned char> buffer_;
  z_stream stream_{};  // next_in and avail_in are the unread part of buffer_, in plain files too
  std::size_t at_most_ = 0;
  bool gzip_ = false, ended_ = false;  // ended_: after the last gzip member
};

}  // namespace keratin
