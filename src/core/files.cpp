#include "core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "keratin/check.hpp"

namespace keratin {

namespace {

// Writes everything and closes the file. Returns errno, 0 on success.
int write_and_close(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      close(descriptor);
      return error;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  const int error = fsync(descriptor) == 0 ? 0 : errno;
  return close(descriptor) == 0 ? error : errno;
}

// Makes a new name in the folder of `path` last, where the file system can do that.
void sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "." : path.substr(0, slash + 1);
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

// Creates `path`, which must not exist yet. Returns errno, 0 on success.
int write_new_file(const std::string& path, std::string_view bytes) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  return descriptor < 0 ? errno : write_and_close(descriptor, bytes);
}

}  // namespace

void write_file(std::string_view where, const std::string& path, std::string_view bytes) {
  static std::atomic<unsigned> count = 0;  // tells the files of two threads apart
  const std::string temporary = concat(path, '.', getpid(), '-', count++, ".part");
  int error = write_new_file(temporary, bytes);
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return sync_folder_of(path);
  unlink(temporary.c_str());
  fail<std::runtime_error>(where, "cannot write '", path, "': ", std::string(std::strerror(error)));
}

namespace {

// Closes the file at the end of a scope.
struct OpenFile {
  explicit OpenFile(const std::string& path)
      : descriptor(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor >= 0) close(descriptor);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor;
};

}  // namespace

std::string read_file(std::string_view where, const std::string& path, std::uint64_t at_most) {
  const auto stop = [&](const auto&... reason) {
    fail<std::runtime_error>(where, "cannot read '", path, "': ", reason...);
  };
  const OpenFile file(path);
  struct stat status {};
  if (file.descriptor < 0 || fstat(file.descriptor, &status) != 0) stop(std::strerror(errno));
  if (!S_ISREG(status.st_mode)) stop("it is not a regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > at_most) stop("it has ", size, " bytes, expected at most ", at_most);
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = read(file.descriptor, bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) stop(std::strerror(errno));
    if (got == 0) stop("it ended after ", done, " of ", size, " bytes");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace keratin
