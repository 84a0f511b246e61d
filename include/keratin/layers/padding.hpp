#pragma once
// Layers that add or remove the edges of images and sequences.

#include <concepts>
#include <string>

#include "keratin/layer.hpp"
#include "keratin/ops/images.hpp"

namespace KERATIN_API keratin {
namespace layers {

/// Options of the zero padding layers. For a sequence: places before and after.
template <std::size_t rank>
struct ZeroPaddingOptions {
  Edges<rank> padding = 1;
  std::string data_format = "channels_last";  // the only one
  std::string name = "";
  bool trainable = true;
};
template <class V, std::size_t rank>
void fields(V& v, ZeroPaddingOptions<rank>& o) {
  v("padding", o.padding);
  v("data_format", o.data_format);
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Options of the cropping layers.
template <std::size_t rank>
struct CroppingOptions {
  Edges<rank> cropping = rank == 1 ? 1 : 0;
  std::string data_format = "channels_last";  // the only one
  std::string name = "";
  bool trainable = true;
};
template <class V, std::size_t rank>
void fields(V& v, CroppingOptions<rank>& o) {
  v("cropping", o.cropping);
  if constexpr (rank == 2) v("data_format", o.data_format);  // Keras has no other for sequences
  v("name", o.name);
  v("trainable", o.trainable);
}

/// Zeros around each image or sequence.
template <std::size_t rank>
class ZeroPadding : public Configured<Layer, ZeroPaddingOptions<rank>> {
 public:
  /// Not from braces, which are edges.
  template <std::same_as<ZeroPaddingOptions<rank>> Options>
  explicit ZeroPadding(Options options)
      : Configured<Layer, ZeroPaddingOptions<rank>>(std::move(options)) {
    check_options();
  }
  explicit ZeroPadding(Edges<rank> padding = 1)
      : ZeroPadding(ZeroPaddingOptions<rank>{.padding = padding}) {}
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;

 private:
  void check_options() const;
};

/// Each image or sequence without its edges.
template <std::size_t rank>
class Cropping : public Configured<Layer, CroppingOptions<rank>> {
 public:
  /// Not from braces, which are edges.
  template <std::same_as<CroppingOptions<rank>> Options>
  explicit Cropping(Options options)
      : Configured<Layer, CroppingOptions<rank>>(std::move(options)) {
    check_options();
  }
  explicit Cropping(Edges<rank> cropping = CroppingOptions<rank>().cropping)
      : Cropping(CroppingOptions<rank>{.cropping = cropping}) {}
  Shape compute_output_shape(const Shape& input) const override;
  Node call(Node x, bool training) override;

 private:
  void check_options() const;
};

/// (batch, steps, channels) to (batch, longer, channels): `3`, or `{before, after}`.
using ZeroPadding1D = ZeroPadding<1>;
/// (batch, height, width, channels) to (batch, higher, wider, channels): `1`, `{height, width}`,
/// or `{{top, bottom}, {left, right}}`.
using ZeroPadding2D = ZeroPadding<2>;
/// (batch, steps, channels) to (batch, shorter, channels): `3`, or `{before, after}`.
using Cropping1D = Cropping<1>;
/// (batch, height, width, channels) to (batch, lower, narrower, channels): `1`, `{height, width}`,
/// or `{{top, bottom}, {left, right}}`.
using Cropping2D = Cropping<2>;

}  // namespace layers
}  // namespace keratin
