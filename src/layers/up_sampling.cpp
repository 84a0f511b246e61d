#include "keratin/layers/up_sampling.hpp"

#include "layers/windows.hpp"

namespace keratin::layers {

namespace {

constexpr const char* name_1d = "up_sampling1d";
constexpr const char* name_2d = "up_sampling2d";

UpSampling2DOptions with_size(UpSampling2DOptions options, Size2D size) {
  options.size = size;
  return options;
}

constexpr NamedValue<ops::Interpolation> interpolations[] = {
    {"nearest", ops::Interpolation::nearest}, {"bilinear", ops::Interpolation::bilinear}};

ops::Interpolation interpolation_of(const std::string& name) {
  const std::span<const NamedValue<ops::Interpolation>> rows = interpolations;
  const auto* row = find_row(rows, name);
  if (!row) fail_unknown("interpolation", rows, name);
  return row->value;
}

}  // namespace

UpSampling1D::UpSampling1D(UpSampling1DOptions given) : Configured(std::move(given)) {
  Size1D(options().size).check_at_least(1, name_1d, "size");
}

Shape UpSampling1D::compute_output_shape(const Shape& input) const {
  check_sample(input, 1, name_1d);
  return {input[0] * static_cast<std::size_t>(options().size), input[1]};
}

Node UpSampling1D::call(Node x, bool) {
  return ops::up_sample(x, on_image(Size1D(options().size)));
}

UpSampling2D::UpSampling2D(Size2D size, UpSampling2DOptions given)
    : Configured(with_size(std::move(given), size)),
      interpolation_(interpolation_of(options().interpolation)) {
  check_data_format(options().data_format, name_2d);
  options().size.check_at_least(1, name_2d, "size");
}

Shape UpSampling2D::compute_output_shape(const Shape& input) const {
  check_sample(input, 2, name_2d);
  return {input[0] * static_cast<std::size_t>(options().size[0]),
          input[1] * static_cast<std::size_t>(options().size[1]), input[2]};
}

Node UpSampling2D::call(Node x, bool) { return ops::up_sample(x, options().size, interpolation_); }

}  // namespace keratin::layers
