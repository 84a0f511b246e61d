#include "data/image.hpp"
#include "data/resize.hpp"
#include "keratin/check.hpp"
#include "keratin/image_dataset.hpp"

namespace keratin::utils {

Tensor load_img(const std::string& path, const LoadImgOptions& options) {
  constexpr const char* where = "load_img";
  const std::size_t channels = channels_named(where, options.color_mode);
  const Interpolation interpolation = interpolation_named(where, options.interpolation);
  const auto size = options.target_size;
  check(!size || (size->height > 0 && size->width > 0), where, "target_size is ",
        size ? size->height : 0, " x ", size ? size->width : 0, ", wanted 1 x 1 or more");
  const Image image = read_image(path, channels);
  const std::size_t height = size ? static_cast<std::size_t>(size->height) : image.height;
  const std::size_t width = size ? static_cast<std::size_t>(size->width) : image.width;
  Tensor values = Tensor::uninitialized({height, width, channels});
  const Fit fit = options.keep_aspect_ratio ? Fit::crop : Fit::stretch;
  resize(image, interpolation, fit, height, width, values.data());
  return values;
}

}  // namespace keratin::utils
