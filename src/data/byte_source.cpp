#include "data/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr const char* where = "idx";
constexpr std::size_t deflate_limit =
    1032;  // deflate never expands by more (zlib's technical notes)

}  // namespace

ByteSource::ByteSource(std::string path) : path_(std::move(path)), buffer_(1 << 18) {
  std::error_code error;
  check<std::runtime_error>(!std::filesystem::is_directory(path_, error), where, path_,
                            " is a folder, wanted a file");
  file_.reset(std::fopen(path_.c_str(), "rb"));
  check<std::runtime_error>(file_ != nullptr, where, "cannot open ", path_, ": ",
                            std::string(std::strerror(errno)));
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  check<std::runtime_error>(!error, where, "cannot tell the size of ", path_, ": ",
                            error.message());
  refill();
  gzip_ = stream_.avail_in >= 2 && buffer_[0] == 0x1f && buffer_[1] == 0x8b;
  at_most_ = static_cast<std::size_t>(size) * (gzip_ ? deflate_limit : 1);
  constexpr int gzip_window = 15 + 16;
  if (gzip_)
    check<std::runtime_error>(inflateInit2(&stream_, gzip_window) == Z_OK, where,
                              "zlib cannot start");
}

ByteSource::~ByteSource() {
  if (gzip_) inflateEnd(&stream_);
}

bool ByteSource::refill() {
  stream_.next_in = buffer_.data();
  stream_.avail_in = static_cast<uInt>(std::fread(buffer_.data(), 1, buffer_.size(), file_.get()));
  check<std::runtime_error>(!std::ferror(file_.get()), where, "cannot read ", path_);
  return stream_.avail_in > 0;
}

std::size_t ByteSource::inflate_some(unsigned char* out, std::size_t size) {
  stream_.next_out = out;
  stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(size, 1 << 30));
  const uInt wanted = stream_.avail_out;
  while (stream_.avail_out > 0 && !ended_) {
    check<std::runtime_error>(stream_.avail_in > 0 || refill(), where, path_,
                              ": the gzip stream ends too early");
    const int code = inflate(&stream_, Z_NO_FLUSH);
    check<std::runtime_error>(
        code == Z_OK || code == Z_STREAM_END, where, path_,
        ": the gzip stream is damaged: ", std::string(stream_.msg ? stream_.msg : "unknown error"));
    ended_ = code == Z_STREAM_END;
  }
  if (ended_)
    check<std::runtime_error>(stream_.avail_in == 0 && !refill(), where, path_,
                              ": goes on after the end of its gzip stream");
  return wanted - stream_.avail_out;
}

std::size_t ByteSource::read(void* out, std::size_t size) {
  auto* to = static_cast<unsigned char*>(out);
  std::size_t done = 0;
  while (done < size) {
    std::size_t got = 0;
    if (gzip_) {
      got = inflate_some(to + done, size - done);
    } else if (stream_.avail_in > 0 || refill()) {
      got = std::min<std::size_t>(stream_.avail_in, size - done);
      std::copy_n(stream_.next_in, got, to + done);
      stream_.next_in += got;
      stream_.avail_in -= static_cast<uInt>(got);
    }
    if (got == 0) break;
    done += got;
  }
  return done;
}

}  // namespace keratin
