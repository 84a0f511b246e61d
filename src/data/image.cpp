#include "data/image.hpp"

#include <algorithm>

#include "data/random_file.hpp"
#include "keratin/check.hpp"

namespace keratin {

namespace {

constexpr const char* where_image = "image";
constexpr std::uint64_t most_bytes = 1 << 29;  // of a file

bool starts_with(std::span<const unsigned char> file, std::string_view magic) {
  return file.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), file.begin(),
                    [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
}

}  // namespace

std::size_t channels_named(const char* where, const std::string& color_mode) {
  if (color_mode == "grayscale") return 1;
  if (color_mode == "rgb") return 3;
  check(color_mode == "rgba", where, "color_mode is '", color_mode,
        "', wanted one of 'grayscale', 'rgb', 'rgba'");
  return 4;
}

void check_image_size(std::size_t height, std::size_t width, const std::string& path) {
  check<std::runtime_error>(height > 0 && width > 0 && height <= most_pixels / width, where_image,
                            path, ": has ", height, " x ", width, " pixels, wanted 1 to ",
                            most_pixels);
}

Image decode_image(std::span<const unsigned char> file, std::size_t channels,
                   const std::string& path) {
  if (starts_with(file, "\x89PNG\r\n\x1a\n")) return decode_png(file, channels, path);
  if (starts_with(file, "\xFF\xD8\xFF")) return decode_jpeg(file, channels, path);
  fail<std::runtime_error>(where_image, path, ": is neither a PNG nor a JPEG file");
}

Image read_image(const std::string& path, std::size_t channels) {
  const RandomFile file(path, where_image);
  check<std::runtime_error>(file.size() <= most_bytes, where_image, path, ": has ", file.size(),
                            " bytes, wanted at most ", most_bytes);
  std::vector<unsigned char> bytes(static_cast<std::size_t>(file.size()));
  file.read(0, bytes.data(), bytes.size());
  return decode_image(bytes, channels, path);
}

}  // namespace keratin
