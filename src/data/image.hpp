#pragma once
// PRIVATE: pictures decoded from PNG and JPEG files.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace keratin {

struct Image {
  std::size_t height = 0, width = 0, channels = 0;
  std::vector<unsigned char> pixels = {};  // (height, width, channels)
};

/// No picture has more pixels: it would not be worth the memory, and may be a trap.
inline constexpr std::size_t most_pixels = 89'000'000;

/// How many channels pictures of a Keras color_mode have: 1 in "grayscale", 3 in "rgb", 4 in
/// "rgba". Throws std::invalid_argument for another name.
std::size_t channels_named(const char* where, const std::string& color_mode);

/// Decodes the contents of a PNG or JPEG file to 1, 3 or 4 channels, as TensorFlow does: samples of
/// 16 bits lose their lower half, transparency that is not asked for is left out, grayscale is
/// repeated. Memory stays below a small multiple of the pixels, whose number is checked first.
/// Throws std::runtime_error "[image] path: ..." for anything else, and for damaged files.
Image decode_image(std::span<const unsigned char> file, std::size_t channels,
                   const std::string& path);

/// The same of a file.
Image read_image(const std::string& path, std::size_t channels);

// By format. They throw too if keratin was built without the format's library.
Image decode_png(std::span<const unsigned char> file, std::size_t channels,
                 const std::string& path);
Image decode_jpeg(std::span<const unsigned char> file, std::size_t channels,
                  const std::string& path);

/// Throws unless there are pixels, and not more than most_pixels.
void check_image_size(std::size_t height, std::size_t width, const std::string& path);

}  // namespace keratin
