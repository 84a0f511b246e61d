// PNG files, through libpng.

#include "data/image.hpp"
#include "data/zip_format.hpp"
#include "keratin/check.hpp"

#ifdef KERATIN_HAS_PNG

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>

namespace keratin {

namespace {

/// What libpng's callbacks work on. libpng leaves a failed call by longjmp, so that nothing with a
/// destructor may live in the functions that call it.
struct PngReader {
  png_structp png = nullptr;
  png_infop info = nullptr;
  const unsigned char* at = nullptr;
  std::size_t left = 0;
  char error[128] = "";

  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
};

void read_bytes(png_structp png, png_bytep out, std::size_t size) {
  auto& reader = *static_cast<PngReader*>(png_get_io_ptr(png));
  if (size > reader.left) png_error(png, "the file ends too early");
  std::memcpy(out, reader.at, size);
  reader.at += size;
  reader.left -= size;
}

[[noreturn]] void note_error(png_structp png, png_const_charp message) {
  auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
  std::strncpy(reader.error, message, sizeof reader.error - 1);
  png_longjmp(png, 1);
}

void ignore_warning(png_structp, png_const_charp) {}

/// Reads what comes before the pixels. False after an error.
bool read_header(PngReader& reader) {
  if (setjmp(png_jmpbuf(reader.png))) return false;
  png_set_read_fn(reader.png, &reader, read_bytes);
  png_set_chunk_malloc_max(reader.png, 1 << 23);            // bytes, for text and colour profiles
  png_set_user_limits(reader.png, 0x7FFFFFFF, 0x7FFFFFFF);  // check_image_size looks at both
  png_read_info(reader.png, reader.info);
  return true;
}

/// Has libpng deliver 8-bit samples of that many channels.
bool set_channels(PngReader& reader, std::size_t channels) {
  if (setjmp(png_jmpbuf(reader.png))) return false;
  const int type = png_get_color_type(reader.png, reader.info);
  const bool transparent = png_get_valid(reader.png, reader.info, PNG_INFO_tRNS) != 0;
  if (png_get_bit_depth(reader.png, reader.info) == 16) png_set_strip_16(reader.png);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(reader.png);
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(reader.png);
  if (channels == 4 && transparent) png_set_tRNS_to_alpha(reader.png);
  if (channels == 4 && !transparent && !(type & PNG_COLOR_MASK_ALPHA))
    png_set_add_alpha(reader.png, 255, PNG_FILLER_AFTER);
  if (channels != 4) png_set_strip_alpha(reader.png);
  const bool gray = !(type & PNG_COLOR_MASK_COLOR);
  if (gray && channels != 1) png_set_gray_to_rgb(reader.png);
  constexpr int quietly = 1;
  if (!gray && channels == 1) png_set_rgb_to_gray(reader.png, quietly, 0.299, 0.587);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  return true;
}

bool read_pixels(PngReader& reader, png_bytepp rows) {
  if (setjmp(png_jmpbuf(reader.png))) return false;
  png_read_image(reader.png, rows);
  png_read_end(reader.png, nullptr);
  return true;
}

}  // namespace

Image decode_png(std::span<const unsigned char> file, std::size_t channels,
                 const std::string& path) {
  PngReader reader;
  reader.at = file.data();
  reader.left = file.size();
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, note_error, ignore_warning);
  reader.info = reader.png ? png_create_info_struct(reader.png) : nullptr;
  check<std::runtime_error>(reader.info != nullptr, "image", "libpng cannot start");
  const auto damaged = [&] {
    fail<std::runtime_error>("image", path, ": is a damaged PNG file: ", std::string(reader.error));
  };
  if (!read_header(reader)) damaged();
  Image image{png_get_image_height(reader.png, reader.info),
              png_get_image_width(reader.png, reader.info), channels};
  check_image_size(image.height, image.width, path);
  // A row compresses to a thousandth at best (deflate), so that a short file cannot ask for much.
  check<std::runtime_error>(image.height * image.width / 8 / deflate_limit <= file.size(), "image",
                            path, ": has ", file.size(), " bytes, too few for ", image.height,
                            " x ", image.width, " pixels");
  if (!set_channels(reader, channels)) damaged();
  const std::size_t row = image.width * channels;
  check<std::runtime_error>(png_get_rowbytes(reader.png, reader.info) == row, "image", path,
                            ": has pixels of an unknown kind");
  image.pixels.resize(image.height * row);
  std::vector<png_bytep> rows(image.height);
  for (std::size_t i = 0; i < image.height; ++i) rows[i] = image.pixels.data() + i * row;
  if (!read_pixels(reader, rows.data())) damaged();
  return image;
}

}  // namespace keratin

#else

keratin::Image keratin::decode_png(std::span<const unsigned char>, std::size_t,
                                   const std::string& path) {
  fail<std::runtime_error>("image", path,
                           ": is a PNG file, but keratin was built without libpng (Debian package "
                           "libpng-dev): install it and build keratin again");
}

#endif
