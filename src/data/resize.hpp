#pragma once
// PRIVATE: pictures brought to another size, as tf.image.resize does without antialiasing.

#include <cstddef>
#include <string>

#include "data/image.hpp"

namespace keratin {

enum class Interpolation : unsigned char {
  bilinear,
  nearest,
  bicubic,
  area,
  lanczos3,
  lanczos5,
  gaussian,
  mitchellcubic
};

/// By Keras's name; throws std::invalid_argument, with all names, for an unknown one.
Interpolation interpolation_named(const char* where, const std::string& name);

/// What is done with a picture whose aspect ratio is not the wanted one.
enum class Fit : unsigned char { stretch, crop, pad };

/// Resizes to (height, width, channels) float32 values at `out`. Cropping takes the largest centred
/// part of the wanted aspect ratio, as keras.utils.image_utils.smart_resize; padding adds black
/// borders, as tf.image.resize_with_pad.
void resize(const Image& image, Interpolation interpolation, Fit fit, std::size_t height,
            std::size_t width, float* out);

}  // namespace keratin
