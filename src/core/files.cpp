#include "core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "keratin/check.hpp"

namespace keratin {

namespace {

[[noreturn]] void fail_to_write(std::string_view where, const std::string& path, int error) {
  fail<std::runtime_error>(where, "cannot write '", path, "': ", std::string(std::strerror(error)));
}

// Closes the file at the end of a scope.
struct OpenFile {
  explicit OpenFile(const std::string& path, int flags = O_RDONLY)
      : descriptor(open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int close() { return ::close(std::exchange(descriptor, -1)) == 0 ? 0 : errno; }
  int descriptor;
};

// The following return errno, 0 on success.

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int write_all(int descriptor, std::span<const std::string_view> parts) {
  int error = 0;
  for (std::size_t i = 0; i < parts.size() && error == 0; ++i)
    error = write_all(descriptor, parts[i]);
  return error;
}

// Creates `path`, which must not exist yet, with the permissions `mode` if there are any.
int write_new_file(const std::string& path, std::optional<mode_t> mode,
                   std::span<const std::string_view> parts) {
  OpenFile file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (file.descriptor < 0) return errno;
  if (mode && fchmod(file.descriptor, *mode) != 0) return errno;
  if (const int error = write_all(file.descriptor, parts)) return error;
  if (fsync(file.descriptor) != 0) return errno;
  return file.close();
}

// A device, a pipe: nothing that could be replaced by a file.
int write_in_place(const std::string& path, std::span<const std::string_view> parts) {
  OpenFile file(path, O_WRONLY);
  if (file.descriptor < 0) return errno;
  if (const int error = write_all(file.descriptor, parts)) return error;
  return file.close();
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

// Makes a new name in the folder of `path` last, where the file system can do that.
void sync_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  const OpenFile file(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (file.descriptor >= 0) fsync(file.descriptor);
}

// What stands at `path`, if anything, is replaced.
int replace_file(const std::string& path, std::optional<mode_t> mode,
                 std::span<const std::string_view> parts) {
  static std::atomic<unsigned> count = 0;    // tells the files of two threads apart
  constexpr std::size_t longest_name = 200;  // bytes, of which the system allows 255
  const std::string folder = folder_of(path);
  const std::string temporary = concat(folder, path.substr(folder.size(), longest_name), '.',
                                       getpid(), '-', count++, ".part");
  int error = write_new_file(temporary, mode, parts);
  if (error == EEXIST) return error;  // that is not ours
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0)
    sync_folder_of(path);
  else
    unlink(temporary.c_str());
  return error;
}

// The file that links lead to; the path itself if there is none yet.
std::string followed(const std::string& path) {
  char* const real = realpath(path.c_str(), nullptr);
  if (!real) return path;
  std::string result = real;
  std::free(real);
  return result;
}

int write_parts(const std::string& path, std::span<const std::string_view> parts) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return replace_file(path, std::nullopt, parts);
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (access(path.c_str(), W_OK) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return write_in_place(path, parts);
  constexpr mode_t permissions = 07777;
  return replace_file(followed(path), status.st_mode & permissions, parts);
}

}  // namespace

void write_file(std::string_view where, const std::string& path, std::string_view bytes) {
  write_file(where, path, std::span(&bytes, 1));
}

void write_file(std::string_view where, const std::string& path,
                std::span<const std::string_view> parts) {
  if (const int error = write_parts(path, parts)) fail_to_write(where, path, error);
}

GrowingFile::GrowingFile(std::string_view where, std::string path)
    : where_(where),
      path_(std::move(path)),
      descriptor_(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail_to_write(where_, path_, errno);
}

GrowingFile::~GrowingFile() { close(descriptor_); }

std::uint64_t GrowingFile::size() const {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) fail_to_write(where_, path_, errno);
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void GrowingFile::shorten(std::uint64_t size) {
  if (this->size() > size && ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
    fail_to_write(where_, path_, errno);
}

void GrowingFile::append(std::string_view bytes) {
  const std::uint64_t before = size();
  const int error = write_all(descriptor_, bytes);
  if (error == 0) return;
  shorten(before);
  struct stat status {};
  const bool is_empty =
      fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
  if (is_empty) unlink(path_.c_str());
  fail_to_write(where_, path_, error);
}

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
