// Layers that draw random numbers: statistics, and Keras's formulas given the mask.

#include <cmath>
#include <keratin/keratin.hpp>

#include "support/catch.hpp"
#include "support/check_layer.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;

namespace {

Tensor run(Layer& layer, const Tensor& x, bool training) {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  return layer(tape.constant(x), training).value();
}

double mean(const Tensor& x) {
  double total = 0;
  for (float value : x.values()) total += value;
  return total / static_cast<double>(x.size());
}

double variance(const Tensor& x) {
  const double middle = mean(x);
  double total = 0;
  for (float value : x.values()) total += (value - middle) * (value - middle);
  return total / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("layers with noise hold what every layer must", "[layers]") {
  test::check_layer(Dropout(0.4, {.seed = 3}), {.input = {3, 4}});
  test::check_layer(Dropout(0.4, {.noise_shape = {{std::nullopt, 1, 4}}, .seed = 3}),
                    {.input = {3, 4}});
  test::check_layer(SpatialDropout1D(0.4, {.seed = 3}), {.input = {3, 4}});
  test::check_layer(SpatialDropout2D(0.4, {.seed = 3}), {.input = {2, 3, 4}});
  test::check_layer(SpatialDropout2D(0.4, {.data_format = "channels_first", .seed = 3}),
                    {.input = {4, 2, 3}});
  test::check_layer(GaussianNoise(0.3, {.seed = 3}), {.input = {3, 4}});
  test::check_layer(GaussianDropout(0.3, {.seed = 3}), {.input = {3, 4}});
  test::check_layer(AlphaDropout(0.3, {.seed = 3}), {.input = {3, 4}});
  test::check_layer(AlphaDropout(0.3, {.noise_shape = {{std::nullopt, 1, 4}}, .seed = 3}),
                    {.input = {3, 4}});
}

TEST_CASE("augmentation holds what every layer must", "[layers]") {
  const Shape picture = {3, 4, 2};
  test::check_layer(RandomFlip({.seed = 3}), {.input = picture});
  test::check_layer(RandomRotation(0.2, {.seed = 3}), {.input = picture});
  test::check_layer(RandomZoom(0.3, {.seed = 3}), {.input = picture});
  test::check_layer(RandomContrast(0.3, {.value_range = {-9, 9}, .seed = 3}), {.input = picture});
  for (const char* fill : {"reflect", "wrap", "constant", "nearest"}) {
    INFO(fill);
    test::check_layer(RandomTranslation({-0.5, 0.4}, 0.3, {.fill_mode = fill, .seed = 3}),
                      {.input = picture});
  }
}

// Recorded: keras.ops.image.affine_transform of this picture, moved left by 1.25 and down by 1.5.
TEST_CASE("pictures move and are filled as Keras's", "[layers]") {
  struct Row {
    const char* fill;
    const char* interpolation;
    std::vector<float> pixels;
  };
  const Row rows[] = {
      {"reflect", "bilinear", {3.75, 4.75, 5.75, 6.5, 6.25, 1.25, 2.25, 3.25,  4.0,  3.75,
                               3.75, 4.75, 5.75, 6.5, 6.25, 8.75, 9.75, 10.75, 11.5, 11.25}},
      {"reflect", "nearest", {6, 7, 8, 9, 9, 1, 2, 3, 4, 4, 6, 7, 8, 9, 9, 11, 12, 13, 14, 14}},
      {"wrap", "bilinear", {13.75, 14.75, 15.75, 12.5, 12.75, 16.25, 17.25, 18.25, 15.0, 15.25,
                            3.75,  4.75,  5.75,  2.5,  2.75,  8.75,  9.75,  10.75, 7.5,  7.75}},
      {"wrap", "nearest", {16, 17, 18, 15, 15, 16, 17, 18, 15, 15,
                           6,  7,  8,  5,  5,  11, 12, 13, 10, 10}},
      {"constant", "bilinear", {9,    9,    9,    9,     9, 5.125, 5.625, 6.125, 7.125,  9,
                                3.75, 4.75, 5.75, 7.125, 9, 8.75,  9.75,  10.75, 10.875, 9}},
      {"constant", "nearest", {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 6, 7, 8, 9, 9, 11, 12, 13, 14, 9}},
      {"nearest", "bilinear", {1.25, 2.25, 3.25, 4.0, 4.0, 1.25, 2.25, 3.25,  4.0,  4.0,
                               3.75, 4.75, 5.75, 6.5, 6.5, 8.75, 9.75, 10.75, 11.5, 11.5}},
      {"nearest", "nearest", {1, 2, 3, 4, 4, 1, 2, 3, 4, 4, 6, 7, 8, 9, 9, 11, 12, 13, 14, 14}}};
  Tensor x = Tensor::zeros({1, 4, 5, 1});
  for (std::size_t i = 0; i < x.size(); ++i) x.values()[i] = static_cast<float>(i);
  for (const Row& row : rows) {
    INFO(row.fill << ' ' << row.interpolation);
    RandomTranslation layer(
        {0.375, 0.375}, {-0.25, -0.25},  // of 4 rows and 5 columns
        {.fill_mode = row.fill, .interpolation = row.interpolation, .fill_value = 9});
    CHECK(run(layer, x, true) == Tensor::from({1, 4, 5, 1}, row.pixels));
  }
}

TEST_CASE("half of the pictures are flipped, and a turn of a quarter is exact", "[layers]") {
  Tensor x = Tensor::zeros({400, 2, 3, 1});
  for (std::size_t i = 0; i < x.size(); ++i) x.values()[i] = static_cast<float>(i % 6);
  RandomFlip across("horizontal");
  const Tensor y = run(across, x, true);
  std::size_t flipped = 0;
  for (std::size_t n = 0; n < 400; ++n) {
    const float* picture = y.data() + n * 6;
    const bool flips = picture[0] == 2;
    flipped += flips;
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(picture[i] == static_cast<float>(flips ? i / 3 * 3 + 2 - i % 3 : i));
  }
  CHECK(flipped > 150);
  CHECK(flipped < 250);

  const Tensor square = Tensor{{1, 2}, {3, 4}}.reshaped({1, 2, 2, 1});
  RandomRotation quarter({0.25, 0.25}, {.interpolation = "nearest"});
  CHECK(run(quarter, square, true) == Tensor{{2, 4}, {1, 3}}.reshaped({1, 2, 2, 1}));
}

TEST_CASE("noise has Keras's mean and variance", "[layers]") {
  const Tensor x = Tensor::full({200, 500}, 2);
  GaussianNoise added(0.5, {.seed = 7});
  GaussianDropout multiplied(0.2, {.seed = 7});
  const Tensor sum = run(added, x, true), product = run(multiplied, x, true);
  CHECK(mean(sum) == Approx(2).margin(0.01));
  CHECK(variance(sum) == Approx(0.25).epsilon(0.02));
  CHECK(mean(product) == Approx(2).margin(0.02));
  CHECK(variance(product) == Approx(4 * 0.25).epsilon(0.02));  // rate / (1 - rate)
  CHECK(run(added, x, false) == x);
  CHECK(run(multiplied, x, false) == x);
}

TEST_CASE("alpha dropout keeps mean 0 and variance 1", "[layers]") {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  random::SeedGenerator source(9);
  const Tensor x = ops::random_normal(tape, {400, 500}, 0, 1, source).value();
  AlphaDropout layer(0.3, {.seed = 5});
  const Tensor y = run(layer, x, true);
  CHECK(mean(y) == Approx(0).margin(0.02));
  CHECK(variance(y) == Approx(1).epsilon(0.02));
  // Keras's a and b for this rate: a x + b where kept, a alpha' + b where not.
  const double p = -1.6732632423543772 * 1.0507009873554805;
  const double a = 1 / std::sqrt(0.7 * (1 + 0.3 * p * p)), b = -a * p * 0.3;
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool kept = std::abs(y.values()[i] - (a * x.values()[i] + b)) < 1e-5;
    CHECK((kept || std::abs(y.values()[i] - (a * p + b)) < 1e-5));
    dropped += !kept;
  }
  CHECK(static_cast<double>(dropped) / 2e5 == Approx(0.3).margin(0.005));
}

TEST_CASE("dropout keeps the mean", "[layers]") {
  const Tensor x = Tensor::ones({200, 500});
  for (const double rate : {0.1, 0.5, 0.9}) {
    INFO(rate);
    Dropout layer(rate, {.seed = 7});
    const Tensor y = run(layer, x, true);
    const auto kept = static_cast<float>(1 / (1 - rate));
    std::size_t dropped = 0;
    for (float value : y.values()) {
      CHECK((value == 0 || value == kept));
      dropped += value == 0;
    }
    // five standard deviations
    CHECK(std::abs(static_cast<double>(dropped) / 1e5 - rate) <
          5 * std::sqrt(rate * (1 - rate) / 1e5));
    CHECK_FALSE(run(layer, x, true) == y);  // each step draws again
    CHECK(run(layer, x, false) == x);
  }
  Dropout none(0), all(1);
  CHECK(run(none, x, true) == x);
  CHECK(run(all, x, true) == Tensor::zeros({200, 500}));
}

TEST_CASE("dropout reads its source word by word", "[layers]") {
  // Groups of eight blocks: words 0 and 1 of each, then words 2 and 3.
  Dropout layer(0.3, {.seed = 11});
  const Tensor y = run(layer, Tensor::ones({1, 1000}), true);
  random::Generator generator = random::SeedGenerator(11).take(1024);
  std::vector<std::uint32_t> words(1024);
  for (std::uint32_t& word : words) word = generator.uint32();
  const auto limit = static_cast<std::uint32_t>(std::llround(0.3 * 0x1p32));
  for (std::size_t i = 0; i < 1000; ++i) {
    const std::size_t in_group = i % 32, half = in_group / 16, block = in_group % 16 / 2;
    const std::size_t word = i / 32 * 32 + block * 4 + half * 2 + i % 2;
    CHECK((y.values()[i] == 0) == (words[word] < limit));
  }
}

TEST_CASE("layers of one seed draw alike, others do not", "[layers]") {
  const Tensor x = Tensor::ones({10, 50});
  Dropout a(0.5, {.seed = 1}), b(0.5, {.seed = 1}), c(0.5), d(0.5);
  CHECK(run(a, x, true) == run(b, x, true));
  CHECK_FALSE(run(c, x, true) == run(d, x, true));
}

TEST_CASE("noise shapes and spatial dropout drop along whole axes", "[layers]") {
  const Tensor x = Tensor::ones({8, 5, 6});
  SpatialDropout1D spatial(0.5, {.seed = 3});
  Dropout steps(0.5, {.noise_shape = {{std::nullopt, std::nullopt, 1}}, .seed = 3});
  const Tensor channels = run(spatial, x, true), rows = run(steps, x, true);
  for (std::size_t n = 0; n < 8; ++n)
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t c = 0; c < 6; ++c) {
        CHECK(channels.values()[n * 30 + i * 6 + c] == channels.values()[n * 30 + c]);
        CHECK(rows.values()[n * 30 + i * 6 + c] == rows.values()[n * 30 + i * 6]);
      }
  CHECK(variance(channels) > 0);
}

TEST_CASE("messages of the layers with noise", "[layers][errors]") {
  CHECK(test::message([] { Dropout(1.5); }) == "[dropout] rate is 1.5, wanted 0 to 1");
  CHECK(test::message([] { SpatialDropout2D(0.5, {.data_format = "last"}); }) ==
        "[spatial_dropout2d] data_format is 'last', wanted 'channels_last' or 'channels_first'");
  Dropout layer(0.5, {.noise_shape = {{1, 3}}});
  CHECK(test::message([&] {
          run(layer, Tensor::ones({2, 4}), true);
        }) ==
        "[dropout] noise_shape is [1, 3] for inputs of shape (2, 4), wanted for each axis its "
        "size, 1 or None");
}
