// .keras archives: their members, and the weights in them.

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "saving/hdf5_file.hpp"
#include "saving/keras_archive.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const int file = memfd_create("fuzz", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  try {
    const KerasArchive archive("fuzz", "/proc/self/fd/" + std::to_string(file));
    archive.config();
    const Hdf5Reader weights("fuzz", "weights", archive.weights(1 << 20));
    weights.read("layers/dense/vars/0", {3, 2});
  } catch (const std::runtime_error&) {
  }
  return 0;
}
