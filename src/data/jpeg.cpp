// JPEG files, through libjpeg(-turbo).

#include "data/image.hpp"
#include "keratin/check.hpp"

#ifdef KERATIN_HAS_JPEG

#include <cstdio>  // before jpeglib.h, which needs FILE
//
#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>

namespace keratin {

namespace {

/// libjpeg leaves a failed call by the longjmp in fail_call, so that nothing with a destructor may
/// live in the functions that call it.
struct JpegReader {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf failed;
  bool created = false;
  char error[JMSG_LENGTH_MAX] = "";

  ~JpegReader() {
    if (created) jpeg_destroy_decompress(&jpeg);
  }
};

JpegReader& reader_of(j_common_ptr jpeg) { return *static_cast<JpegReader*>(jpeg->client_data); }

[[noreturn]] void fail_call(j_common_ptr jpeg) {
  JpegReader& reader = reader_of(jpeg);
  jpeg->err->format_message(jpeg, reader.error);
  std::longjmp(reader.failed, 1);
}

// Warnings (level -1) of contents that are lost are errors; others, such as about bytes between
// segments, are common in files that look fine.
void look_at_warning(j_common_ptr jpeg, int level) {
  const int code = jpeg->err->msg_code;
  const bool lost = code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER ||
                    code == JWRN_HUFF_BAD_CODE || code == JWRN_MUST_RESYNC;
  if (level < 0 && lost) fail_call(jpeg);
}

void print_nothing(j_common_ptr) {}

// A progressive file may have scan upon scan of a large picture.
void count_scans(j_common_ptr jpeg) {
  constexpr int most_scans = 1000;
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > most_scans)
    ERREXIT(jpeg, JERR_NOT_COMPILED);
}

bool read_header(JpegReader& reader, const unsigned char* file, std::size_t size) {
  if (setjmp(reader.failed)) return false;
  jpeg_create_decompress(&reader.jpeg);
  reader.created = true;
  reader.jpeg.client_data = &reader;
  reader.jpeg.mem->max_memory_to_use = 1L << 29;  // bytes; progressive pictures are kept whole
  reader.progress.progress_monitor = count_scans;
  reader.jpeg.progress = &reader.progress;
  jpeg_mem_src(&reader.jpeg, file, static_cast<unsigned long>(size));
  jpeg_read_header(&reader.jpeg, TRUE);
  return true;
}

bool start(JpegReader& reader, std::size_t channels) {
  if (setjmp(reader.failed)) return false;
  jpeg_decompress_struct& jpeg = reader.jpeg;
  const bool ink = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = ink ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg.dct_method = JDCT_IFAST;  // TensorFlow's default, so that pixels are the same
  jpeg_start_decompress(&jpeg);
  return true;
}

bool read_row(JpegReader& reader, unsigned char* row) {
  if (setjmp(reader.failed)) return false;
  jpeg_read_scanlines(&reader.jpeg, &row, 1);
  return true;
}

bool finish(JpegReader& reader) {
  if (setjmp(reader.failed)) return false;
  jpeg_finish_decompress(&reader.jpeg);
  return true;
}

// A pixel as the file has it, of `from` channels, as one of `to` channels. Four are the inks of
// print, inverted as Adobe's programs write them.
void convert_pixel(const unsigned char* in, std::size_t from, unsigned char* out, std::size_t to) {
  unsigned rgb[3] = {in[0], in[from == 1 ? 0 : 1], in[from == 1 ? 0 : 2]};
  if (from == 4)
    for (unsigned& value : rgb) value = value * in[3] / 255;
  if (to == 1) {
    out[0] = static_cast<unsigned char>(
        from == 1 ? rgb[0] : (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
    return;
  }
  for (std::size_t i = 0; i < 3; ++i) out[i] = static_cast<unsigned char>(rgb[i]);
  if (to == 4) out[3] = 255;
}

}  // namespace

Image decode_jpeg(std::span<const unsigned char> file, std::size_t channels,
                  const std::string& path) {
  JpegReader reader;
  reader.jpeg.err = jpeg_std_error(&reader.errors);
  reader.jpeg.client_data = &reader;
  reader.errors.error_exit = fail_call;
  reader.errors.emit_message = look_at_warning;
  reader.errors.output_message = print_nothing;
  const auto damaged = [&] {
    fail<std::runtime_error>("image", path,
                             ": is a damaged JPEG file: ", std::string(reader.error));
  };
  if (!read_header(reader, file.data(), file.size())) damaged();
  Image image{reader.jpeg.image_height, reader.jpeg.image_width, channels};
  check_image_size(image.height, image.width, path);
  // A block of 8 x 8 pixels takes one bit at least.
  check<std::runtime_error>(image.height * image.width / 64 / 8 <= file.size() * 16, "image", path,
                            ": has ", file.size(), " bytes, too few for ", image.height, " x ",
                            image.width, " pixels");
  if (!start(reader, channels)) damaged();
  const auto stored = static_cast<std::size_t>(reader.jpeg.output_components);
  std::vector<unsigned char> row(image.width * stored);
  image.pixels.resize(image.height * image.width * channels);
  unsigned char* out = image.pixels.data();
  for (std::size_t y = 0; y < image.height; ++y) {
    if (!read_row(reader, row.data())) damaged();
    for (std::size_t x = 0; x < image.width; ++x, out += channels)
      convert_pixel(&row[x * stored], stored, out, channels);
  }
  if (!finish(reader)) damaged();
  return image;
}

}  // namespace keratin

#else

keratin::Image keratin::decode_jpeg(std::span<const unsigned char>, std::size_t,
                                    const std::string& path) {
  fail<std::runtime_error>("image", path,
                           ": is a JPEG file, but keratin was built without libjpeg (Debian "
                           "package libjpeg-dev): install it and build keratin again");
}

#endif
