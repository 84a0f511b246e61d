// .npy: whatever the header says, memory stays below what the file accounts for.

#include <cstdio>
#include <stdexcept>

#include "data/byte_source.hpp"
#include "data/npy.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2 || data[0] == 0x1f) return 0;  // gzip is zlib's
  try {
    ByteSource source("FILE", fmemopen(const_cast<unsigned char*>(data), size, "rb"), size, "fuzz");
    const StoredArray array = read_npy_header("fuzz", source);
    read_array("fuzz", source, array);
  } catch (const std::runtime_error&) {
  }
  return 0;
}
