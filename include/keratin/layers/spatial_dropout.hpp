#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "keratin/layer.hpp"

namespace KERATIN_API keratin {
namespace layers {

struct SpatialDropout1DOptions {
  double rate = 0;  // required, as a field or as the constructor's first argument
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
};
template <class V>
void fields(V& v, SpatialDropout1DOptions& o) {
  v("rate", o.rate);
  v("seed", o.seed);
  v("name", o.name);
}

/// Dropout of whole channels of (batch, steps, channels).
class SpatialDropout1D : public Configured<Layer, SpatialDropout1DOptions> {
 public:
  explicit SpatialDropout1D(SpatialDropout1DOptions options);
  explicit SpatialDropout1D(double rate, SpatialDropout1DOptions options = {});
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  random::SeedGenerator* random_ = nullptr;
};

struct SpatialDropout2DOptions {
  double rate = 0;  // required, as a field or as the constructor's first argument
  std::optional<std::string> data_format = {};  // "channels_last", the default, "channels_first"
  std::optional<std::uint64_t> seed = {};
  std::string name = "";
};
template <class V>
void fields(V& v, SpatialDropout2DOptions& o) {
  v("rate", o.rate);
  v("data_format", o.data_format);
  v("seed", o.seed);
  v("name", o.name);
}

/// Dropout of whole channels of pictures (batch, height, width, channels), or, with the data format
/// "channels_first", (batch, channels, height, width).
class SpatialDropout2D : public Configured<Layer, SpatialDropout2DOptions> {
 public:
  explicit SpatialDropout2D(SpatialDropout2DOptions options);
  explicit SpatialDropout2D(double rate, SpatialDropout2DOptions options = {});
  Shape build(const Shape& input) override;
  Node call(Node x, bool training) override;

 private:
  random::SeedGenerator* random_ = nullptr;
};

}  // namespace layers
}  // namespace keratin
