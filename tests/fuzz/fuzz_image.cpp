// PNG or JPEG, by FORMAT: decoded to the number of channels that the file's size says, and resized.

#include <stdexcept>
#include <vector>

#include "data/resize.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr std::size_t kinds[] = {1, 3, 4};
  const std::size_t channels = kinds[size % 3];
  try {
    const Image image = FORMAT({data, size}, channels, "FILE");
    if (image.pixels.size() != image.height * image.width * channels) __builtin_trap();
    std::vector<float> out(5 * 7 * channels);
    for (const Fit fit : {Fit::stretch, Fit::crop, Fit::pad})
      if (image.pixels.size() < 1 << 16)
        resize(image, static_cast<Interpolation>(size % 8), fit, 5, 7, out.data());
  } catch (const std::runtime_error&) {
  }
  return 0;
}
