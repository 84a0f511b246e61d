// Weights in HDF5: what is found and read under the paths of tests/fuzz/seeds/hdf5.

#include <stdexcept>
#include <string>

#include "saving/hdf5_file.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto ignore = [](const auto& work) {
    try {
      work();
    } catch (const std::runtime_error&) {
    }
  };
  ignore([&] {
    const Hdf5Reader file("fuzz", "file", {reinterpret_cast<const char*>(data), size});
    file.has_group("layers/dense/vars");
    for (const char* path : {"layers/dense/vars/0", "layers/dense/vars/1", "optimizer/vars/0",
                             "optimizer/vars/1", "optimizer/vars/2"}) {
      ignore([&] { file.read_integer(path); });
      ignore([&] { file.read(path, {3, 2}); });
      ignore([&] {
        constexpr std::size_t most = 1 << 16;  // values, which a caller has room for
        const auto found = file.find(path);
        if (found && found->shape.elements() <= most) file.read(path, found->shape);
      });
    }
  });
  return 0;
}
