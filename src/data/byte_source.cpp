#include "data/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "data/zip_format.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr std::size_t buffer_size = 1 << 18;     // bytes read from the file at a time
constexpr unsigned char magic[] = {0x1f, 0x8b};  // the first bytes of a gzip member
constexpr int gzip_window = 15 + 16;             // zlib: the largest window, with gzip headers

}  // namespace

ByteSource::ByteSource(std::string path, const char* where)
    : Bytes(std::move(path)), where_(where), buffer_(buffer_size) {
  std::error_code error;
  check<std::runtime_error>(!std::filesystem::is_directory(this->path(), error), where,
                            this->path(), " is a folder, wanted a file");
  file_.reset(std::fopen(this->path().c_str(), "rb"));
  check<std::runtime_error>(file_ != nullptr, where, "cannot open ", this->path(), ": ",
                            std::string(std::strerror(errno)));
  const std::uintmax_t size = std::filesystem::file_size(this->path(), error);
  check<std::runtime_error>(!error, where, "cannot tell the size of ", this->path(), ": ",
                            error.message());
  start(static_cast<std::size_t>(size));
}

ByteSource::ByteSource(std::string path, std::FILE* file, std::size_t size, const char* where)
    : Bytes(std::move(path)), where_(where), file_(file), buffer_(buffer_size) {
  start(size);
}

void ByteSource::start(std::size_t size) {
  refill();
  gzip_ = stream_.avail_in >= 2 && buffer_[0] == magic[0] && buffer_[1] == magic[1];
  if (!gzip_) {
    at_most_ = size;
    return;
  }
  if (__builtin_mul_overflow(size, deflate_limit, &at_most_)) at_most_ = SIZE_MAX;
  check<std::runtime_error>(inflateInit2(&stream_, gzip_window) == Z_OK, where_,
                            "zlib cannot start");
}

ByteSource::~ByteSource() {
  if (gzip_) inflateEnd(&stream_);
}

bool ByteSource::refill() {
  stream_.next_in = buffer_.data();
  stream_.avail_in = static_cast<uInt>(std::fread(buffer_.data(), 1, buffer_.size(), file_.get()));
  check<std::runtime_error>(!std::ferror(file_.get()), where_, "cannot read ", path());
  return stream_.avail_in > 0;
}

std::size_t ByteSource::inflate_some(unsigned char* out, std::size_t size) {
  constexpr std::size_t most_at_once = 1 << 30;  // zlib counts in unsigned int
  stream_.next_out = out;
  stream_.avail_out = static_cast<uInt>(std::min(size, most_at_once));
  while (stream_.avail_out > 0 && !ended_) {
    check<std::runtime_error>(stream_.avail_in > 0 || refill(), where_, path(),
                              ": the gzip stream ends too early");
    const int code = inflate(&stream_, Z_NO_FLUSH);
    check<std::runtime_error>(
        code == Z_OK || code == Z_STREAM_END, where_, path(),
        ": the gzip stream is damaged: ", std::string(stream_.msg ? stream_.msg : "unknown error"));
    if (code == Z_STREAM_END) ended_ = !start_next_member();
  }
  return static_cast<std::size_t>(stream_.next_out - out);
}

bool ByteSource::start_next_member() {
  do {
    while (stream_.avail_in > 0 && *stream_.next_in == 0) {  // padding
      ++stream_.next_in;
      --stream_.avail_in;
    }
  } while (stream_.avail_in == 0 && refill());
  if (stream_.avail_in == 0) return false;
  check<std::runtime_error>(*stream_.next_in == magic[0], where_, path(),
                            ": goes on after the end of its gzip stream");
  check<std::runtime_error>(inflateReset(&stream_) == Z_OK, where_, "zlib cannot start");
  return true;
}

std::size_t ByteSource::read_more(void* out, std::size_t size) {
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
