#include "keratin/layers/spatial_dropout.hpp"

#include "layers/noise.hpp"

namespace keratin::layers {

SpatialDropout1D::SpatialDropout1D(SpatialDropout1DOptions options)
    : Configured(std::move(options)) {
  check_rate(this->options().rate, "spatial_dropout1d");
}

SpatialDropout1D::SpatialDropout1D(double rate, SpatialDropout1DOptions options)
    : SpatialDropout1D(with_field(std::move(options), &SpatialDropout1DOptions::rate, rate)) {}

Shape SpatialDropout1D::build(const Shape& input) {
  check(input.size() == 2, "spatial_dropout1d", "got samples of shape ", input,
        ", wanted (steps, channels)");
  random_ = &add_seed_generator(options().seed);
  return input;
}

Node SpatialDropout1D::call(Node x, bool training) {
  if (!training) return x;
  const Shape& in = x.shape();
  return x * ops::dropout(ones_for_rows_of(x, {in[0], 1, in[2]}), options().rate, *random_);
}

SpatialDropout2D::SpatialDropout2D(SpatialDropout2DOptions options)
    : Configured(std::move(options)) {
  check_rate(this->options().rate, "spatial_dropout2d");
  const std::string format = this->options().data_format.value_or("channels_last");
  check(format == "channels_last" || format == "channels_first", "spatial_dropout2d",
        "data_format is '", format, "', wanted 'channels_last' or 'channels_first'");
}

SpatialDropout2D::SpatialDropout2D(double rate, SpatialDropout2DOptions options)
    : SpatialDropout2D(with_field(std::move(options), &SpatialDropout2DOptions::rate, rate)) {}

Shape SpatialDropout2D::build(const Shape& input) {
  check(input.size() == 3, "spatial_dropout2d", "got samples of shape ", input,
        ", wanted pictures of three axes");
  random_ = &add_seed_generator(options().seed);
  return input;
}

Node SpatialDropout2D::call(Node x, bool training) {
  if (!training) return x;
  const Shape& in = x.shape();
  const bool first = options().data_format == "channels_first";
  const Shape shape = first ? Shape{in[0], in[1], 1, 1} : Shape{in[0], 1, 1, in[3]};
  return x * ops::dropout(ones_for_rows_of(x, shape), options().rate, *random_);
}

}  // namespace keratin::layers
