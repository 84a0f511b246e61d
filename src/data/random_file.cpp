#include "data/random_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "keratin/check.hpp"

namespace keratin {

RandomFile::RandomFile(std::string path, const char* where)
    : path_(std::move(path)),
      where_(where),
      descriptor_(open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  check<std::runtime_error>(descriptor_ >= 0, where_, "cannot open ", path_, ": ",
                            std::string(std::strerror(errno)));
  struct stat status {};
  const bool regular = fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular) close(descriptor_);
  check<std::runtime_error>(regular, where_, path_, " is no file");
  size_ = static_cast<std::uint64_t>(status.st_size);
}

RandomFile::~RandomFile() { close(descriptor_); }

void RandomFile::read(std::uint64_t offset, void* out, std::size_t size) const {
  auto* to = static_cast<unsigned char*>(out);
  while (size > 0) {
    const ssize_t got = pread(descriptor_, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    check<std::runtime_error>(got >= 0, where_, "cannot read ", path_, ": ",
                              std::string(got < 0 ? std::strerror(errno) : ""));
    check<std::runtime_error>(got > 0, where_, path_, ": ends before byte ", offset + size);
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace keratin
