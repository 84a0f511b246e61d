#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "keratin/initializers.hpp"
#include "support/catch.hpp"

using namespace keratin;
using namespace keratin::initializers;

namespace {

struct Spread {
  double mean = 0, stddev = 0, furthest = 0;  // furthest from 0
};

Spread spread(const Tensor& values) {
  Spread s;
  for (float x : values.values())
    s.mean += x, s.stddev += double{x} * x, s.furthest = std::max(s.furthest, std::fabs(double{x}));
  s.mean /= static_cast<double>(values.size());
  s.stddev = std::sqrt(s.stddev / static_cast<double>(values.size()) - s.mean * s.mean);
  return s;
}

// 100352 draws: four standard errors, of the mean and (for the flattest and the longest tail alike)
// of the deviation.
void check_spread(const Tensor& values, double stddev, double furthest) {
  const Spread got = spread(values);
  const double error = 4 * stddev / std::sqrt(static_cast<double>(values.size()));
  CHECK(std::fabs(got.mean) < error);
  CHECK(std::fabs(got.stddev - stddev) < error / std::sqrt(2.0));
  CHECK(got.furthest <= furthest * (1 + 1e-7));
  CHECK(got.furthest > furthest * 0.99);
}

// Columns of a (rows, columns) matrix, or rows of a wide one, as their products with each other.
double off_identity(const Tensor& matrix, std::size_t rows, std::size_t columns, double gain) {
  const bool wide = rows < columns;
  const std::size_t count = wide ? rows : columns, length = wide ? columns : rows;
  const auto at = [&](std::size_t vector, std::size_t i) {
    return double{matrix.values()[wide ? vector * columns + i : i * columns + vector]};
  };
  double worst = 0;
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b < count; ++b) {
      double product = 0;
      for (std::size_t i = 0; i < length; ++i) product += at(a, i) * at(b, i);
      worst = std::max(worst, std::fabs(product - (a == b ? gain * gain : 0)));
    }
  return worst;
}

}  // namespace

TEST_CASE("scaled initializers have Keras's limits and variances", "[initializers]") {
  const Shape shape = {
      784,
      128};  // the limits in keras's documentation of this shape: 0.0811107, 0.0874818, 0.0618590
  const double cut = 2 / 0.87962566103423978;
  struct Case {
    InitializerHandle initializer;
    double variance;
    bool uniform;
  };
  for (const auto& [initializer, variance, uniform] :
       {Case{GlorotUniform({.seed = 1}), 2.0 / 912, true},
        {GlorotNormal({.seed = 2}), 2.0 / 912, false},
        {HeUniform({.seed = 3}), 2.0 / 784, true},
        {HeNormal({.seed = 4}), 2.0 / 784, false},
        {LecunUniform({.seed = 5}), 1.0 / 784, true},
        {LecunNormal({.seed = 6}), 1.0 / 784, false}}) {
    INFO(class_name_of(*initializer));
    check_spread(initializer(shape), std::sqrt(variance),
                 (uniform ? std::sqrt(3.0) : cut) * std::sqrt(variance));
  }
  CHECK(spread(GlorotUniform({.seed = 1})(shape)).furthest == Approx(0.0811107).epsilon(1e-4));
}

TEST_CASE("plain initializers have the moments they are given", "[initializers]") {
  const Shape shape = {784, 128};
  check_spread(RandomUniform({.seed = 1})(shape), 0.1 / std::sqrt(12.0), 0.05);
  check_spread(TruncatedNormal({.seed = 2})(shape), 0.05 * 0.87962566103423978, 0.1);
  CHECK(spread(RandomNormal({.seed = 3})(shape)).stddev == Approx(0.05).epsilon(0.01));
  CHECK(spread(RandomNormal({.mean = 2, .stddev = 0.1, .seed = 3})(shape)).mean ==
        Approx(2).epsilon(0.001));
  const Tensor untruncated = VarianceScaling(
      {.scale = 3, .mode = "fan_out", .distribution = "Untruncated_Normal", .seed = 4})(shape);
  CHECK(spread(untruncated).stddev == Approx(std::sqrt(3.0 / 128)).epsilon(0.01));
  CHECK(spread(untruncated).furthest > 3.5 * std::sqrt(3.0 / 128));
  CHECK(VarianceScaling({.distribution = "normal", .seed = 6})({9}) ==
        VarianceScaling({.distribution = "truncated_normal", .seed = 6})({9}));
  check_spread(VarianceScaling({.seed = 5})(shape), std::sqrt(1.0 / 784),
               2 / 0.87962566103423978 * std::sqrt(1.0 / 784));

  CHECK(Zeros()({2, 3}) == Tensor::zeros({2, 3}));
  CHECK(Ones()({2, 3}) == Tensor::ones({2, 3}));
  CHECK(Constant(0.5)({2, 3}) == Tensor::full({2, 3}, 0.5f));
  CHECK(Constant()({2}) == Tensor::zeros({2}));
}

TEST_CASE("fans follow the shape", "[initializers]") {
  const auto limit =
      [](const Shape& shape,
         const std::string& mode) {  // one seed: the largest draw is the same part of the limit
        return spread(VarianceScaling({.mode = mode, .distribution = "uniform", .seed = 1})(shape))
            .furthest;
      };
  const double whole = limit({120}, "fan_in") * std::sqrt(120.0);
  CHECK(limit({120}, "fan_out") == Approx(whole / std::sqrt(120.0)));
  CHECK(limit({20, 6}, "fan_in") == Approx(whole / std::sqrt(20.0)));
  CHECK(limit({20, 6}, "fan_avg") == Approx(whole / std::sqrt(13.0)));
  CHECK(limit({2, 3, 4, 5}, "fan_in") ==
        Approx(whole / std::sqrt(24.0)));  // a convolution's kernel: 2 x 3 taps
  CHECK(limit({2, 3, 4, 5}, "fan_out") == Approx(whole / std::sqrt(30.0)));
  CHECK(std::isfinite(GlorotUniform()({}).item()));

  // Axes that are named: 2 x 5 units go in, 3 come out.
  const Shape shape{2, 3, 5};
  const Tensor named =
      GlorotUniform({.seed = 1, .input_axes = {{0, -1}}, .output_axes = {{1}}})(shape);
  const Tensor unnamed = GlorotUniform({.seed = 1, .input_axes = {{0, -1}}})(shape);
  CHECK(unnamed == GlorotUniform({.seed = 1})(shape));  // with both only
  CHECK(spread(named).furthest ==
        Approx(spread(unnamed).furthest * std::sqrt((3 * 2 + 5 * 2) / (2 * 5 + 3.0))));
  const VarianceScaling scaling({.input_axes = {{3}}, .output_axes = {{1}}});
  CHECK_THROWS_WITH(scaling(shape), "[initializer] there is no axis 3 in shape (2, 3, 5)");
}

TEST_CASE("a seed repeats, no seed does not", "[initializers]") {
  const InitializerHandle seeded = HeNormal({.seed = 5}), copy = seeded, unseeded = "he_normal";
  CHECK(seeded({3, 4}) == seeded({3, 4}));
  CHECK(copy({3, 4}) == seeded({3, 4}));
  CHECK_FALSE(HeNormal({.seed = 6})({3, 4}) == seeded({3, 4}));
  CHECK_FALSE(unseeded({3, 4}) == unseeded({3, 4}));

  const random::Stream before = random::state();
  utils::set_random_seed(5);
  const Tensor first = unseeded({3, 4}), second = unseeded({3, 4});
  CHECK_FALSE(first == seeded({3, 4}));  // the same number, another stream
  utils::set_random_seed(5);
  CHECK((unseeded({3, 4}) == first && unseeded({3, 4}) == second));
  random::restore(before);
}

TEST_CASE("orthogonal", "[initializers]") {
  struct Case {
    Shape shape;
    std::size_t rows, columns;
  };
  for (const auto& [shape, rows, columns] : {Case{{30, 12}, 30, 12},
                                             {{12, 30}, 12, 30},
                                             {{16, 16}, 16, 16},
                                             {{3, 3, 4, 20}, 36, 20},
                                             {{1, 5}, 1, 5}}) {
    INFO(to_string(shape));
    const Tensor weights = Orthogonal({.gain = 1.5, .seed = 7})(shape);
    CHECK(weights.shape() == shape);
    CHECK(off_identity(weights, rows, columns, 1.5) < 1e-5);
  }
  // The sign rule makes all such matrices equally likely: without it LAPACK's first entries have
  // one sign.
  int positive = 0;
  for (int i = 0; i < 200; ++i)
    positive += Orthogonal({.seed = static_cast<std::uint64_t>(i)})({3, 3}).values()[0] > 0;
  CHECK((positive > 72 && positive < 128));
  CHECK(Orthogonal()({0, 3}).empty());
}

TEST_CASE("identity, given values, own functions", "[initializers]") {
  CHECK(Identity()({2, 3}) == Tensor({{1, 0, 0}, {0, 1, 0}}));
  CHECK(Identity(2.5)({3, 2}) == Tensor({{2.5, 0}, {0, 2.5}, {0, 0}}));
  const InitializerHandle values = Tensor({{1, 2}, {3, 4}});
  CHECK(values({2, 2}) == Tensor({{1, 2}, {3, 4}}));
  CHECK_THROWS_WITH(values({4}),
                    "[initializer] has values of shape (2, 2), the weight has shape (4,)");
  const InitializerHandle own = [](Tensor& weights, random::Generator& generator) {
    for (float& weight : weights.values()) weight = static_cast<float>(generator.bounded(3));
  };
  const Tensor drawn = own({50});
  for (float x : drawn.values()) CHECK((x == 0 || x == 1 || x == 2));
}

TEST_CASE("initializers by name", "[initializers]") {
  const auto class_name = [](const char* name) { return class_name_of(*get(name)); };
  for (const char* name : {"zeros", "Zeros", "zero"}) CHECK(class_name(name) == "Zeros");
  for (const char* name : {"ones", "Ones", "one"}) CHECK(class_name(name) == "Ones");
  for (const char* name : {"random_normal", "RandomNormal", "normal"})
    CHECK(class_name(name) == "RandomNormal");
  for (const char* name : {"random_uniform", "RandomUniform", "uniform"})
    CHECK(class_name(name) == "RandomUniform");
  for (const char* name : {"orthogonal", "Orthogonal", "OrthogonalInitializer"})
    CHECK(class_name(name) == "Orthogonal");
  for (const char* name : {"identity", "Identity", "IdentityInitializer"})
    CHECK(class_name(name) == "Identity");
  for (const char* name :
       {"constant", "Constant", "truncated_normal", "TruncatedNormal", "variance_scaling",
        "VarianceScaling", "glorot_uniform", "GlorotUniform", "glorot_normal", "GlorotNormal",
        "he_uniform", "HeUniform", "he_normal", "HeNormal", "lecun_uniform", "LecunUniform",
        "lecun_normal", "LecunNormal"})
    CHECK_NOTHROW(get(name)({4, 4}));
  const std::string names =
      "zeros, ones, constant, random_normal, random_uniform, truncated_normal, variance_scaling, "
      "glorot_uniform, glorot_normal, "
      "he_uniform, "
      "he_normal, lecun_uniform, lecun_normal, orthogonal, identity";
  CHECK_THROWS_WITH(get("xavier"),
                    "[initializer] there is no initializer 'xavier' among: " + names);
  CHECK_THROWS_WITH(get(""), "[initializer] there is no initializer '' among: " + names);
}

TEST_CASE("initializers refuse what they cannot do", "[initializers]") {
  CHECK_THROWS_WITH(Orthogonal()({5}), "[orthogonal] got shape (5,), wanted 2 axes or more");
  CHECK_THROWS_WITH(Identity()({2, 2, 2}), "[identity] got shape (2, 2, 2), wanted 2 axes");
  CHECK_THROWS_WITH(VarianceScaling({.scale = 0}),
                    "[variance_scaling] scale is 0, wanted more than 0");
  CHECK_THROWS_WITH(VarianceScaling({.mode = "fan"}),
                    "[initializer mode] there is no initializer mode 'fan' among: fan_in, fan_out, "
                    "fan_avg");
  CHECK_THROWS_WITH(VarianceScaling({.distribution = "Gauss"}),
                    "[initializer distribution] there is no initializer distribution 'Gauss' "
                    "among: truncated_normal, untruncated_normal, uniform");
  CHECK_THROWS_WITH(InitializerHandle()({2}),
                    "[initializer] there is none to make values of shape (2,)");
  CHECK_THROWS_WITH(Initializer::FromFunction(nullptr), "[initializer] got an empty function");
  const InitializerHandle reshapes = [](Tensor& weights, random::Generator&) {
    weights = Tensor({1, 2, 3});
  };
  CHECK_THROWS_WITH(reshapes({2}),
                    "[initializer] made values of shape (3,), the weight has shape (2,)");
}

TEST_CASE("a seed gives the same bits in every version", "[initializers]") {
  struct Case {
    InitializerHandle initializer;
    std::vector<float> first;
  };
  const Case cases[] = {
      {RandomNormal({.mean = 1, .stddev = 0.1, .seed = 7}),
       {1.16911626f, 1.0674969f, 0.879539192f}},
      {RandomUniform({.minval = -1, .maxval = 2, .seed = 7}),
       {1.86379135f, 1.25045657f, -0.657467961f}},
      {TruncatedNormal({.mean = 1, .stddev = 0.1, .seed = 7}),
       {1.15055823f, 1.0639559f, 0.888176084f}},
      {VarianceScaling(
           {.scale = 3, .mode = "fan_out", .distribution = "untruncated_normal", .seed = 7}),
       {1.46458983f, 0.584540188f, -1.043221f}},
      {GlorotUniform({.seed = 7}), {0.841750264f, 0.463191807f, -0.714404762f}},
      {GlorotNormal({.seed = 7}), {0.914898038f, 0.388640881f, -0.679520965f}},
      {HeUniform({.seed = 7}), {1.28579485f, 0.707537174f, -1.09127128f}},
      {HeNormal({.seed = 7}), {1.39752984f, 0.593658745f, -1.03798544f}},
      {LecunUniform({.seed = 7}), {0.909194231f, 0.500304341f, -0.771645308f}},
      {LecunNormal({.seed = 7}), {0.98820287f, 0.419780135f, -0.733966529f}},
  };
  for (const Case& c : cases) {
    INFO(class_name_of(*c.initializer));
    const Tensor weights = c.initializer({3, 4});
    CHECK(std::vector<float>(weights.data(), weights.data() + 3) == c.first);
  }

  // Every call takes the next stream, whether or not it draws.
  const random::Stream before = random::state();
  utils::set_random_seed(7);
  for (const char* name : {"zeros", "constant", "ones", "identity"}) get(name)({3, 4});
  CHECK(get("random_normal")({3, 4}).values()[0] == 0.0227277074f);
  CHECK(random::state() == random::Stream{7, random::first_stream + 5});
  random::restore(before);
}

TEST_CASE("every initializer survives a round trip through its fields", "[initializers]") {
  for (const Row<Initializer>& row : Initializer::table().rows) {
    INFO(row.class_name);
    const std::shared_ptr<Initializer> made = make_member<Initializer>(row.class_name);
    CHECK(class_name_of(*made) == row.class_name);
    const Config config = describe(*made);
    const std::shared_ptr<Initializer> again = member_from_config<Initializer>(config);
    CHECK(class_name_of(*again) == row.class_name);
    CHECK(describe(*again) == config);
    const Config options = made->get_config();
    const auto key = [](const Config::Entry& entry) { return entry.key; };
    CHECK_THROWS_WITH(make_member<Initializer>(row.class_name, Config::Object{{"sed", 7}}),
                      concat("[", row.class_name, "] there is no field 'sed' among: ",
                             joined(*options.get_if<Config::Object>(), key)));
  }
}

TEST_CASE("initializers keep their options as they were given", "[initializers]") {
  CHECK(to_string(describe<Initializer>(VarianceScaling(
            {.scale = 0.1, .mode = "fan_avg", .distribution = "Uniform", .seed = 7}))) ==
        R"({"module": "keras.initializers", "class_name": "VarianceScaling", )"
        R"("config": {"scale": 0.1, "mode": "fan_avg", "distribution": "Uniform", "seed": 7, )"
        R"("input_axes": None, "output_axes": None}, "registered_name": None})");
  CHECK(to_string(describe<Initializer>(RandomUniform({.minval = -0.3, .maxval = 0.7}))) ==
        R"({"module": "keras.initializers", "class_name": "RandomUniform", )"
        R"("config": {"minval": -0.3, "maxval": 0.7, "seed": None}, "registered_name": None})");
  CHECK(to_string(Constant(0.1).get_config()) == R"({"value": 0.1})");
  CHECK(to_string(Identity(2.5).get_config()) == R"({"gain": 2.5})");
  CHECK(to_string(Zeros().get_config()) == "{}");

  const auto orthogonal = member_from_config<Initializer>(Config::Object{
      {"class_name", "Orthogonal"}, {"config", Config::Object{{"gain", 1.5}, {"seed", 7}}}});
  CHECK((*orthogonal)({3, 4}) == Orthogonal({.gain = 1.5, .seed = 7})({3, 4}));
}

namespace {

struct AlternatingOptions {
  double size = 1.0;
};
template <class V>
void fields(V& v, AlternatingOptions& o) {
  v("size", o.size);
}

class Alternating : public Configured<Initializer, AlternatingOptions> {
 public:
  using Configured::Configured;
  void fill(Tensor& weights, random::Generator&) const override {
    auto value = static_cast<float>(options().size);
    for (float& weight : weights.values()) {
      weight = value;
      value = -value;
    }
  }
};

class Undescribed : public Initializer {
 public:
  void fill(Tensor& weights, random::Generator&) const override { weights.fill(3); }
};

}  // namespace

TEST_CASE("an initializer of the program's own is one like ours", "[initializers]") {
  const InitializerHandle own = Alternating({.size = 2});
  CHECK(own({3}) == Tensor({2, -2, 2}));
  CHECK(to_string(own.config()) ==
        R"({"module": None, "class_name": "Alternating", "config": {"size": 2.0}, )"
        R"("registered_name": "Alternating"})");
  CHECK_THROWS(InitializerHandle::from_config(own.config()));  // an unknown name out here
  {
    const CustomObjectScope scope({custom_object<Alternating>("Alternating")});
    CHECK(InitializerHandle::from_config(own.config())({3}) == Tensor({2, -2, 2}));
    CHECK(get("Alternating")({3}) == Tensor({1, -1, 1}));
  }
  const InitializerHandle undescribed = std::make_shared<Undescribed>();
  CHECK(undescribed({2}) == Tensor({3, 3}));
  CHECK_THROWS_WITH(undescribed.config(),
                    "[initializer] Undescribed has no list of fields, so that a Config cannot "
                    "describe it");
}

TEST_CASE("options hold an initializer by value", "[initializers]") {
  CHECK_FALSE(InitializerHandle());
  CHECK(InitializerHandle().config().is_null());
  CHECK_FALSE(InitializerHandle::from_config(Config()));
  CHECK(InitializerHandle("he_normal").config() == describe<Initializer>(HeNormal()));
  CHECK(InitializerHandle::from_config("zeros")({2}) == Tensor::zeros({2}));

  const InitializerHandle fixed = Initializer::FromFunction(
      [](Tensor& weights, random::Generator& generator) { weights.fill(generator.uniform()); }, 7);
  CHECK(fixed({2}) == fixed({2}));
  CHECK(fixed({2}).values()[0] == random::Generator(7).uniform());
}
