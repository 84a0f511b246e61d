#pragma once
// PRIVATE: pictures seen through an affine map, as keras.ops.image.affine_transform does it.

#include <string>

#include "keratin/tape.hpp"

namespace keratin::layers {

/// How points between and outside of the pixels are made.
struct Sampling {
  enum class Fill : unsigned char { reflect, wrap, constant, nearest };
  Fill fill = Fill::reflect;
  bool bilinear = true;
  float fill_value = 0;

  /// From Keras's names. Throws std::invalid_argument for others.
  Sampling(const std::string& fill_mode, const std::string& interpolation, double value,
           const char* where);
};

/// x (batch, height, width, channels); `maps` (batch, 6): the pixel at row i and column j of the
/// result is that of x at column a0 j + a1 i + a2 and row b0 j + b1 i + b2. Gradients reach x.
Node affine_transform(Node x, Node maps, const Sampling& sampling);

}  // namespace keratin::layers
