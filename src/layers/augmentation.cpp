#include "keratin/layers/augmentation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "layers/affine_transform.hpp"
#include "layers/noise.hpp"

namespace keratin::layers {

namespace {

// Draws the six numbers of each picture's map: draw(generator) gives them. `words` are those that
// it takes.
template <class Draw>
Node maps_of(Node x, random::SeedGenerator& source, std::size_t words, const Draw& draw) {
  const std::size_t pictures = x.shape().front();
  return x.tape().make_for_rows_of(x, {pictures, 6}, [&](Tensor& maps) {
    random::Generator generator = source.take(x.rows(), words);
    for (std::size_t n = 0; n < pictures; ++n) {
      const std::array<double, 6> map = draw(generator);
      for (std::size_t i = 0; i < map.size(); ++i)
        maps.data()[n * 6 + i] = static_cast<float>(map[i]);
    }
  });
}

double uniform(random::Generator& generator, const Factor& factor) {
  const double share = generator.uniform();
  return factor.lower() + (factor.upper() - factor.lower()) * share;
}

template <class Options>
Sampling sampling(const Options& options, const char* where) {
  return {options.fill_mode, options.interpolation, options.fill_value, where};
}

void check_factor(const Factor& factor, const char* where) {
  check(factor.lower() >= -1 && factor.upper() <= 1, where, "a factor is ", factor.config(),
        ", wanted -1 to 1");
}

}  // namespace

Config Factor::config() const {
  if (is_number_) return upper_;
  return to_config(std::vector<double>{lower_, upper_});
}

Factor Factor::from_config(const Config& config) {
  if (!config.get_if<Config::List>()) return value_of<double>(config, "factor", "factor");
  const auto range = value_of<std::vector<double>>(config, "factor", "factor");
  check(range.size() == 2, "factor", "got ", config, ", wanted a number or two");
  return {range[0], range[1]};
}

Shape PictureLayer::build(const Shape& input) {
  check(input.size() == 3, class_name(), "got samples of shape ", input,
        ", wanted (height, width, channels)");
  random_ = &add_seed_generator(seed());
  return input;
}

RandomFlip::RandomFlip(RandomFlipOptions options) : Configured(std::move(options)) {
  const std::string& mode = this->options().mode;
  check(mode == "horizontal" || mode == "vertical" || mode == "horizontal_and_vertical",
        "random_flip", "mode is '", mode,
        "', wanted 'horizontal', 'vertical' or 'horizontal_and_vertical'");
}

Node RandomFlip::call(Node x, bool training) {
  if (!training) return x;
  const double rows = static_cast<double>(x.shape()[1]) - 1;
  const double columns = static_cast<double>(x.shape()[2]) - 1;
  const bool across = options().mode != "vertical", down = options().mode != "horizontal";
  const Node maps = maps_of(x, random(), 1, [&](random::Generator& generator) {
    const bool flips = generator.uniform() <= 0.5f;
    const bool x_flips = flips && across, y_flips = flips && down;
    return std::array<double, 6>{
        x_flips ? -1. : 1., 0, x_flips ? columns : 0, 0, y_flips ? -1. : 1., y_flips ? rows : 0};
  });
  return affine_transform(x, maps, Sampling("nearest", "nearest", 0, "random_flip"));
}

RandomTranslation::RandomTranslation(RandomTranslationOptions options)
    : Configured(std::move(options)) {
  check_factor(this->options().height_factor, "random_translation");
  check_factor(this->options().width_factor, "random_translation");
  sampling(this->options(), "random_translation");
}

RandomTranslation::RandomTranslation(Factor height_factor, Factor width_factor,
                                     RandomTranslationOptions options)
    : RandomTranslation(with_field(
          with_field(std::move(options), &RandomTranslationOptions::height_factor, height_factor),
          &RandomTranslationOptions::width_factor, width_factor)) {}

Node RandomTranslation::call(Node x, bool training) {
  if (!training) return x;
  const auto height = static_cast<double>(x.shape()[1]), width = static_cast<double>(x.shape()[2]);
  const Node maps = maps_of(x, random(), 2, [&](random::Generator& generator) {
    const double down = uniform(generator, options().height_factor) * height;
    const double right = uniform(generator, options().width_factor) * width;
    return std::array<double, 6>{1, 0, -right, 0, 1, -down};
  });
  return affine_transform(x, maps, sampling(options(), "random_translation"));
}

RandomRotation::RandomRotation(RandomRotationOptions options) : Configured(std::move(options)) {
  check_factor(this->options().factor, "random_rotation");
  sampling(this->options(), "random_rotation");
}

RandomRotation::RandomRotation(Factor factor, RandomRotationOptions options)
    : RandomRotation(with_field(std::move(options), &RandomRotationOptions::factor, factor)) {}

Node RandomRotation::call(Node x, bool training) {
  if (!training) return x;
  const double y = (static_cast<double>(x.shape()[1]) - 1) / 2;
  const double middle = (static_cast<double>(x.shape()[2]) - 1) / 2;
  constexpr double turn = 6.283185307179586;
  const Node maps = maps_of(x, random(), 1, [&](random::Generator& generator) {
    const double angle = uniform(generator, options().factor) * turn;
    const double c = std::cos(angle), s = std::sin(angle);
    return std::array<double, 6>{c, -s, middle - middle * c + y * s, s, c, y - middle * s - y * c};
  });
  return affine_transform(x, maps, sampling(options(), "random_rotation"));
}

RandomZoom::RandomZoom(RandomZoomOptions options) : Configured(std::move(options)) {
  check_factor(this->options().height_factor, "random_zoom");
  check_factor(this->options().width_factor.value_or(Factor()), "random_zoom");
  sampling(this->options(), "random_zoom");
}

RandomZoom::RandomZoom(Factor height_factor, RandomZoomOptions options)
    : RandomZoom(with_field(std::move(options), &RandomZoomOptions::height_factor, height_factor)) {
}

RandomZoom::RandomZoom(Factor height_factor, Factor width_factor, RandomZoomOptions options)
    : RandomZoom(height_factor, with_field(std::move(options), &RandomZoomOptions::width_factor,
                                           std::optional(width_factor))) {}

Node RandomZoom::call(Node x, bool training) {
  if (!training) return x;
  const double y = (static_cast<double>(x.shape()[1]) - 1) / 2;
  const double middle = (static_cast<double>(x.shape()[2]) - 1) / 2;
  const std::size_t words = options().width_factor ? 2 : 1;
  const Node maps = maps_of(x, random(), words, [&](random::Generator& generator) {
    const double height = 1 + uniform(generator, options().height_factor);
    const double width =
        options().width_factor ? 1 + uniform(generator, *options().width_factor) : height;
    return std::array<double, 6>{width, 0, middle * (1 - width), 0, height, y * (1 - height)};
  });
  return affine_transform(x, maps, sampling(options(), "random_zoom"));
}

RandomContrast::RandomContrast(RandomContrastOptions options) : Configured(std::move(options)) {
  check_factor(this->options().factor, "random_contrast");
  const std::vector<double>& range = this->options().value_range;
  check(range.size() == 2 && range[0] <= range[1], "random_contrast", "value_range is ",
        to_config(range), ", wanted the least and the largest value");
}

RandomContrast::RandomContrast(Factor factor, RandomContrastOptions options)
    : RandomContrast(with_field(std::move(options), &RandomContrastOptions::factor, factor)) {}

Node RandomContrast::call(Node x, bool training) {
  if (!training) return x;
  const double lower = std::max(0.0, options().factor.lower());
  const Factor around(1 - lower, 1 + options().factor.upper());
  const std::size_t pictures = x.shape().front();
  const Node factors = x.tape().make_for_rows_of(x, {pictures, 1, 1, 1}, [&](Tensor& values) {
    random::Generator generator = random().take(x.rows(), 1);
    for (float& value : values.values()) value = static_cast<float>(uniform(generator, around));
  });
  const Node mean = ops::mean(x, {1, 2}, true);
  const auto limit = [&](std::size_t i) { return static_cast<float>(options().value_range[i]); };
  return ops::clip((x - mean) * factors + mean, limit(0), limit(1));
}

}  // namespace keratin::layers
