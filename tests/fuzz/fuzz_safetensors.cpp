// .safetensors: the header, and every array it describes.

#include <stdexcept>
#include <string>

#include "saving/safetensors.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const SafetensorsReader file("fuzz", "file", {reinterpret_cast<const char*>(data), size});
    for (const SafetensorsReader::Entry& entry : file.entries()) {
      try {
        if (entry.size > 0) file.read(entry.name, entry.shape);
        file.read_integer(entry.name);
      } catch (const std::runtime_error&) {  // no integer
      }
    }
  } catch (const std::runtime_error&) {
  }
  return 0;
}
