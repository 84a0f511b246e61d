// .npz: the list of members, their checks, and their contents.

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "data/npy.hpp"
#include "data/zip.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const int file = memfd_create("fuzz", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  try {
    const ZipArchive archive("/proc/self/fd/" + std::to_string(file), "fuzz");
    for (const ZipMember& member : archive.members()) {
      const auto source = archive.open(member);
      const StoredArray array = read_npy_header("fuzz", *source);
      read_array("fuzz", *source, array);
    }
  } catch (const std::runtime_error&) {
  }
  return 0;
}
