// Legacy .h5 models: their texts, which a child process reads, and their arrays.

#include <stdexcept>
#include <string>

#include "saving/legacy_file.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  try {
    const LegacyFile file("fuzz", "file", {reinterpret_cast<const char*>(data), size});
    for (const LegacyLayer& layer : file.layers())
      for (const LegacyWeight& weight : layer.weights) {
        const auto found = file.arrays().find(weight.path);
        constexpr std::size_t most = 1 << 16;  // values, which a caller has room for
        if (found && found->shape.elements() <= most) file.arrays().read(weight.path, found->shape);
      }
  } catch (const std::runtime_error&) {
  }
  return 0;
}
