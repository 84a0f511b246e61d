#include "keratin/initializers/variance_scaling.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <span>
#include <utility>

#include "keratin/check.hpp"

namespace keratin::initializers {

namespace {

// The standard deviation of the standard normal distribution, restricted to [-2, 2].
constexpr double truncated_stddev = 0.87962566103423978;

struct Fans {
  double in = 1;
  double out = 1;
};

double product_of(const Shape& shape, const std::vector<int>& axes) {
  const int rank = static_cast<int>(shape.size());
  double product = 1;
  for (const int axis : axes) {
    check(axis >= -rank && axis < rank, "initializer", "there is no axis ", axis, " in shape ",
          shape);
    product *= static_cast<double>(shape[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)]);
  }
  return product;
}

template <class Options>
Fans fans_of(const Shape& shape, const Options& options) {
  if (options.input_axes && options.output_axes)
    return {product_of(shape, *options.input_axes), product_of(shape, *options.output_axes)};
  if (shape.empty()) return {};
  if (shape.size() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double taps = 1;
  for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis)
    taps *= static_cast<double>(shape[axis]);
  return {static_cast<double>(shape[shape.size() - 2]) * taps,
          static_cast<double>(shape.back()) * taps};
}

struct Mode {
  const char* class_name;
  std::array<const char*, 1> aliases;
  double share_of_in;  // the fan that counts is share_of_in * in + share_of_out * out
  double share_of_out;
};

constexpr Mode fan_in{"fan_in", {""}, 1, 0};
constexpr Mode fan_out{"fan_out", {""}, 0, 1};
constexpr Mode fan_avg{"fan_avg", {""}, 0.5, 0.5};
constexpr Mode modes[] = {fan_in, fan_out, fan_avg};

void draw_uniform(std::span<float> values, random::Generator& generator, double stddev) {
  const double limit = std::sqrt(3.0) * stddev;
  for (float& value : values) value = generator.uniform(-limit, limit);
}

void draw_normal(std::span<float> values, random::Generator& generator, double stddev) {
  for (float& value : values) value = generator.normal(0, stddev);
}

void draw_truncated_normal(std::span<float> values, random::Generator& generator, double stddev) {
  for (float& value : values) value = generator.truncated_normal(0, stddev / truncated_stddev);
}

struct Distribution {
  const char* class_name;
  std::array<const char*, 1> aliases;
  void (*draw)(std::span<float> values, random::Generator& generator, double stddev);
};

constexpr Distribution truncated_normal{"normal", {"truncated_normal"}, draw_truncated_normal};
constexpr Distribution untruncated_normal{"untruncated_normal", {""}, draw_normal};
constexpr Distribution uniform{"uniform", {""}, draw_uniform};
constexpr Distribution distributions[] = {truncated_normal, untruncated_normal, uniform};

const Mode& find_mode(const std::string& name) {
  const std::span<const Mode> rows = modes;
  const Mode* mode = find_row(rows, name);
  if (!mode) fail_unknown("initializer mode", rows, name);
  return *mode;
}

const Distribution& find_distribution(const std::string& name) {
  std::string lower = name;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::span<const Distribution> rows = distributions;
  const Distribution* distribution = find_row(rows, lower);
  if (!distribution) fail_unknown("initializer distribution", rows, name);
  return *distribution;
}

template <class Options>
void fill_scaled(Tensor& weights, random::Generator& generator, const Options& options,
                 double scale, const Mode& mode, const Distribution& distribution) {
  const Fans fans = fans_of(weights.shape(), options);
  const double fan = mode.share_of_in * fans.in + mode.share_of_out * fans.out;
  const double stddev = std::sqrt(scale / std::max(1.0, fan));
  distribution.draw(weights.values(), generator, stddev);
}

}  // namespace

VarianceScaling::VarianceScaling(VarianceScalingOptions given) : Seeded(std::move(given)) {
  check(options().scale > 0, "variance_scaling", "scale is ", options().scale,
        ", wanted more than 0");
  find_mode(options().mode);
  find_distribution(options().distribution);
}

void VarianceScaling::fill(Tensor& weights, random::Generator& generator) const {
  fill_scaled(weights, generator, options(), options().scale, find_mode(options().mode),
              find_distribution(options().distribution));
}

void GlorotUniform::fill(Tensor& weights, random::Generator& generator) const {
  fill_scaled(weights, generator, options(), 1, fan_avg, uniform);
}

void GlorotNormal::fill(Tensor& weights, random::Generator& generator) const {
  fill_scaled(weights, generator, options(), 1, fan_avg, truncated_normal);
}

void HeUniform::fill(Tensor& weights, random::Generator& generator) const {
  fill_scaled(weights, generator, options(), 2, fan_in, uniform);
}

void HeNormal::fill(Tensor& weights, random::Generator& generator) const {
  fill_scaled(weights, generator, options(), 2, fan_in, truncated_normal);
}

void LecunUniform::fill(Tensor& weights, random::Generator& generator) const {
  fill_scaled(weights, generator, options(), 1, fan_in, uniform);
}

void LecunNormal::fill(Tensor& weights, random::Generator& generator) const {
  fill_scaled(weights, generator, options(), 1, fan_in, truncated_normal);
}

}  // namespace keratin::initializers
