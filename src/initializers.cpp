#include "keratin/initializers.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "keratin/check.hpp"
#include "kernels/orthonormal.hpp"

namespace keratin {

Initializer::Initializer(const std::string& name) : Initializer(initializers::get(name)) {}

Initializer::Initializer(Tensor values)
    : Initializer([values = std::move(values)](Tensor& weights, random::Generator&) {
        check(weights.shape() == values.shape(), "initializer", "has values of shape ",
              values.shape(), ", the weight has shape ", weights.shape());
        weights = values;
      }) {}

Initializer::Initializer(std::string name, Fill fill, std::optional<std::uint64_t> seed)
    : name_(std::move(name)), fill_(std::move(fill)), seed_(seed) {}

Tensor Initializer::operator()(const Shape& shape) const {
  random::Generator generator =
      seed_ ? random::Generator(*seed_) : random::Generator(random::next_stream());
  Tensor weights = Tensor::zeros(shape);
  fill_(weights, generator);
  return weights;
}

namespace initializers {

namespace {

Initializer::Fill constant(double value) {
  return [value](Tensor& weights, random::Generator&) { weights.fill(static_cast<float>(value)); };
}

// draw(generator) for each element.
template <class Draw>
Initializer::Fill each(Draw draw) {
  return [draw](Tensor& weights, random::Generator& generator) {
    for (float& weight : weights.values()) weight = draw(generator);
  };
}

struct Fans {
  double in = 1, out = 1;
};

Fans fans(const Shape& shape) {
  if (shape.empty()) return {};
  if (shape.size() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double field = 1;
  for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis)
    field *= static_cast<double>(shape[axis]);
  return {static_cast<double>(shape[shape.size() - 2]) * field,
          static_cast<double>(shape.back()) * field};
}

Initializer::Fill variance_scaling(const VarianceScalingOptions& options) {
  constexpr const char* where = "variance_scaling";
  check(options.scale > 0, where, "scale is ", options.scale, ", wanted more than 0");
  double in = 0, out = 0;  // their shares in the fan that counts
  if (options.mode == "fan_in")
    in = 1;
  else if (options.mode == "fan_out")
    out = 1;
  else if (options.mode == "fan_avg")
    in = out = 0.5;
  else
    fail(where, "unknown mode '", options.mode, "', wanted fan_in, fan_out or fan_avg");

  const auto scaled = [scale = options.scale, in, out](auto draw) -> Initializer::Fill {
    return [=](Tensor& weights, random::Generator& generator) {
      const auto [fan_in, fan_out] = fans(weights.shape());
      const double stddev = std::sqrt(scale / std::max(1.0, in * fan_in + out * fan_out));
      for (float& weight : weights.values()) weight = draw(generator, stddev);
    };
  };
  std::string distribution = options.distribution;
  for (char& c : distribution) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (distribution == "uniform")
    return scaled([](random::Generator& generator, double stddev) {
      return generator.uniform(-std::sqrt(3.0) * stddev, std::sqrt(3.0) * stddev);
    });
  if (distribution == "untruncated_normal")
    return scaled(
        [](random::Generator& generator, double stddev) { return generator.normal(0, stddev); });
  if (distribution == "truncated_normal" || distribution == "normal")
    return scaled([](random::Generator& generator, double stddev) {
      return generator.truncated_normal(0, stddev / 0.87962566103423978);
    });
  fail(where, "unknown distribution '", options.distribution,
       "', wanted truncated_normal, untruncated_normal or uniform");
}

Initializer::Fill orthogonal(double gain) {
  return [gain](Tensor& weights, random::Generator& generator) {
    const Shape shape = weights.shape();
    check(shape.size() >= 2, "orthogonal", "got shape ", shape, ", wanted 2 axes or more");
    if (weights.empty()) return;
    const std::size_t columns = shape.back(), rows = weights.size() / columns;
    Tensor normal = Tensor::zeros({std::max(rows, columns), std::min(rows, columns)});
    for (float& value : normal.values()) value = generator.normal();
    const Tensor q = kernels::orthonormal(normal);
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        weights.values()[row * columns + column] =
            static_cast<float>(gain) *
            q.values()[rows < columns ? column * rows + row : row * columns + column];
  };
}

Initializer::Fill identity(double gain) {
  return [gain](Tensor& weights, random::Generator&) {
    check(weights.rank() == 2, "identity", "got shape ", weights.shape(), ", wanted 2 axes");
    const std::size_t columns = weights.shape().back();
    weights.fill(0);
    for (std::size_t i = 0; i < std::min(weights.shape().front(), columns); ++i)
      weights.values()[i * columns + i] = static_cast<float>(gain);
  };
}

}  // namespace

Zeros::Zeros() : Initializer("Zeros", constant(0)) {}
Ones::Ones() : Initializer("Ones", constant(1)) {}
Constant::Constant(double value) : Initializer("Constant", constant(value)) {}
RandomNormal::RandomNormal(RandomNormalOptions options)
    : Initializer("RandomNormal", each([options](auto& generator) {
                    return generator.normal(options.mean, options.stddev);
                  }),
                  options.seed) {}
RandomUniform::RandomUniform(RandomUniformOptions options)
    : Initializer("RandomUniform", each([options](auto& generator) {
                    return generator.uniform(options.minval, options.maxval);
                  }),
                  options.seed) {}
TruncatedNormal::TruncatedNormal(RandomNormalOptions options)
    : Initializer("TruncatedNormal", each([options](auto& generator) {
                    return generator.truncated_normal(options.mean, options.stddev);
                  }),
                  options.seed) {}
VarianceScaling::VarianceScaling(VarianceScalingOptions options)
    : VarianceScaling("VarianceScaling", std::move(options)) {}
VarianceScaling::VarianceScaling(std::string name, VarianceScalingOptions options)
    : Initializer(std::move(name), variance_scaling(options), options.seed) {}
GlorotUniform::GlorotUniform(SeedOptions options)
    : VarianceScaling("GlorotUniform", {1.0, "fan_avg", "uniform", options.seed}) {}
GlorotNormal::GlorotNormal(SeedOptions options)
    : VarianceScaling("GlorotNormal", {1.0, "fan_avg", "truncated_normal", options.seed}) {}
HeUniform::HeUniform(SeedOptions options)
    : VarianceScaling("HeUniform", {2.0, "fan_in", "uniform", options.seed}) {}
HeNormal::HeNormal(SeedOptions options)
    : VarianceScaling("HeNormal", {2.0, "fan_in", "truncated_normal", options.seed}) {}
LecunUniform::LecunUniform(SeedOptions options)
    : VarianceScaling("LecunUniform", {1.0, "fan_in", "uniform", options.seed}) {}
LecunNormal::LecunNormal(SeedOptions options)
    : VarianceScaling("LecunNormal", {1.0, "fan_in", "truncated_normal", options.seed}) {}
Orthogonal::Orthogonal(OrthogonalOptions options)
    : Initializer("Orthogonal", orthogonal(options.gain), options.seed) {}
Identity::Identity(double gain) : Initializer("Identity", identity(gain)) {}

namespace {

template <class T>
Initializer make() {
  return T();
}

struct Entry {
  const char *name, *class_name, *alias;
  Initializer (*make)();
};

constexpr Entry table[] = {
    {"zeros", "Zeros", "zero", make<Zeros>},
    {"ones", "Ones", "one", make<Ones>},
    {"constant", "Constant", "", make<Constant>},
    {"random_normal", "RandomNormal", "normal", make<RandomNormal>},
    {"random_uniform", "RandomUniform", "uniform", make<RandomUniform>},
    {"truncated_normal", "TruncatedNormal", "", make<TruncatedNormal>},
    {"variance_scaling", "VarianceScaling", "", make<VarianceScaling>},
    {"glorot_uniform", "GlorotUniform", "", make<GlorotUniform>},
    {"glorot_normal", "GlorotNormal", "", make<GlorotNormal>},
    {"he_uniform", "HeUniform", "", make<HeUniform>},
    {"he_normal", "HeNormal", "", make<HeNormal>},
    {"lecun_uniform", "LecunUniform", "", make<LecunUniform>},
    {"lecun_normal", "LecunNormal", "", make<LecunNormal>},
    {"orthogonal", "Orthogonal", "OrthogonalInitializer", make<Orthogonal>},
    {"identity", "Identity", "IdentityInitializer", make<Identity>},
};

}  // namespace

Initializer get(const std::string& name) {
  std::string names;
  for (const Entry& entry : table) {
    if (!name.empty() && (name == entry.name || name == entry.class_name || name == entry.alias))
      return entry.make();
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  fail("initializer", "there is no initializer '", name, "' among: ", names);
}

}  // namespace initializers
}  // namespace keratin
