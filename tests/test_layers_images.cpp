// Layers on images and sequences: how they are written, described and refused,
// and that a step allocates nothing.

#include <keratin/keratin.hpp>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/check_layer.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using test::message;

namespace {

Shape shape_after(Layer&& layer, const Shape& input) { return layer.build(input); }

}  // namespace

TEST_CASE("sizes of windows are written as a number or a list", "[layers]") {
  CHECK(shape_after(Conv2D(8, 3), {28, 28, 3}) == Shape{26, 26, 8});
  CHECK(shape_after(Conv2D(8, {3, 5}, {.strides = {2, 1}}), {28, 28, 3}) == Shape{13, 24, 8});
  CHECK(shape_after(Conv2D({.filters = 8, .kernel_size = 3}), {28, 28, 3}) == Shape{26, 26, 8});
  CHECK(shape_after(Conv1D(8, 3, {.padding = "causal"}), {28, 3}) == Shape{28, 8});
  CHECK(shape_after(DepthwiseConv2D({3, 5}), {28, 28, 3}) == Shape{26, 24, 3});
  CHECK(shape_after(DepthwiseConv2D(3, {.depth_multiplier = 2}), {28, 28, 3}) == Shape{26, 26, 6});
  CHECK(shape_after(SeparableConv2D(8, 3, {.padding = "same"}), {28, 28, 3}) == Shape{28, 28, 8});
  CHECK(shape_after(Conv2DTranspose(8, 3, {.strides = 2}), {7, 7, 3}) == Shape{15, 15, 8});
  CHECK(shape_after(MaxPooling2D(), {28, 28, 3}) == Shape{14, 14, 3});
  CHECK(shape_after(MaxPooling2D({2, 3}), {28, 28, 3}) == Shape{14, 9, 3});
  CHECK(shape_after(AveragePooling2D(3, {.strides = 2, .padding = "same"}), {28, 28, 3}) ==
        Shape{14, 14, 3});
  CHECK(shape_after(MaxPooling1D(3), {28, 3}) == Shape{9, 3});
  CHECK(shape_after(AveragePooling1D(), {28, 3}) == Shape{14, 3});
  CHECK(shape_after(GlobalMaxPooling2D(), {28, 28, 3}) == Shape{3});
  CHECK(shape_after(GlobalAveragePooling2D({.keepdims = true}), {28, 28, 3}) == Shape{1, 1, 3});
  CHECK(shape_after(GlobalAveragePooling1D(), {28, 3}) == Shape{3});
  CHECK(shape_after(ZeroPadding2D(1), {28, 28, 3}) == Shape{30, 30, 3});
  CHECK(shape_after(ZeroPadding2D({1, 2}), {28, 28, 3}) == Shape{30, 32, 3});
  CHECK(shape_after(ZeroPadding2D({{1, 2}, {3, 0}}), {28, 28, 3}) == Shape{31, 31, 3});
  CHECK(shape_after(Cropping2D({{1, 2}, {3, 0}}), {28, 28, 3}) == Shape{25, 25, 3});
  CHECK(shape_after(Cropping2D(), {28, 28, 3}) == Shape{28, 28, 3});
  CHECK(shape_after(ZeroPadding1D(2), {28, 3}) == Shape{32, 3});
  CHECK(shape_after(Cropping1D({0, 3}), {28, 3}) == Shape{25, 3});
  CHECK(shape_after(UpSampling1D(), {28, 3}) == Shape{56, 3});
  CHECK(shape_after(UpSampling2D({2, 3}, {.interpolation = "bilinear"}), {28, 28, 3}) ==
        Shape{56, 84, 3});
}

TEST_CASE("parameters of convolutions are counted as Keras does", "[layers]") {
  const auto count = [](Layer&& layer, const Shape& input) {
    layer.build(input);
    return layer.count_params();
  };
  CHECK(count(Conv2D(8, 3), {28, 28, 3}) == 224);
  CHECK(count(Conv2D(6, {3, 5}, {.groups = 3, .use_bias = false}), {28, 28, 3}) == 90);
  CHECK(count(DepthwiseConv2D(3), {28, 28, 3}) == 30);
  CHECK(count(SeparableConv2D(8, 3), {28, 28, 3}) == 59);
}

TEST_CASE("layers on images are described and made again", "[layers]") {
  const auto check_again = [](const Layer& layer) {
    const Config config = describe<Layer>(layer);
    CAPTURE(to_string(config));
    CHECK(describe<Layer>(*member_from_config<Layer>(config)) == config);
  };
  check_again(Conv1D(8, 3, {.padding = "causal", .dilation_rate = 2, .activation = "relu"}));
  check_again(Conv2D(
      8, {3, 5},
      {.strides = {2, 1}, .groups = 2, .kernel_regularizer = "l2", .bias_constraint = "non_neg"}));
  check_again(DepthwiseConv2D({3, 5}, {.depth_multiplier = 2}));
  check_again(SeparableConv2D(8, 3, {.pointwise_initializer = "he_normal"}));
  check_again(Conv2DTranspose(8, 3, {.strides = 2, .output_padding = {{1, 0}}}));
  check_again(MaxPooling1D(3, {.strides = 2}));
  check_again(AveragePooling2D({2, 3}, {.padding = "same"}));
  check_again(GlobalMaxPooling1D({.keepdims = true}));
  check_again(ZeroPadding2D({{1, 2}, {3, 0}}));
  check_again(ZeroPadding1D({1, 2}));
  check_again(Cropping1D(3));
  check_again(Cropping2D({1, 2}));
  check_again(UpSampling1D(3));
  check_again(UpSampling2D(2, {.interpolation = "bilinear"}));
  CHECK(to_string(*MaxPooling2D(2).get_config().find("strides")) == "[2, 2]");  // as Keras has it
}

TEST_CASE("layers on images refuse wrong options", "[layers][messages]") {
  CHECK(message([] { Conv2D(0, 3); }) == "[conv2d] filters is 0, wanted 1 or more");
  CHECK(message([] { Conv2D(4, {3, 0}); }) == "[conv2d] kernel_size is 0, wanted 1 or more");
  CHECK(message([] { Conv2D(4, 3, {.groups = 3}); }) ==
        "[conv2d] groups is 3, wanted a divisor of filters, which is 4");
  CHECK(message([] { Conv1D(4, 3, {.strides = 2, .dilation_rate = 2}); }) ==
        "[conv1d] got strides and dilation_rate of more than 1, wanted one of "
        "them to be 1");
  CHECK(message([] { Conv2D(4, 3, {.data_format = "channels_first"}); }) ==
        "[conv2d] data_format is 'channels_first', wanted 'channels_last'");
  CHECK(message([] {
          Conv2D(4, 3).build({28, 28});
        }) ==
        "[conv2d] got samples of shape (28, 28), wanted (height, width, "
        "channels)");
  CHECK(message([] {
          Conv2D(4, 3).build({2, 9, 1});
        }) ==
        "[window] a window of size 3 x 3 does not fit into an image of "
        "size 2 x 9: wanted a "
        "smaller window, or padding 'same'");
  CHECK(message([] {
          Cropping1D(3).build({6, 1});
        }) ==
        "[cropping1d] nothing is left of samples of shape (6, 1) without "
        "3 and 3 places of axis 0");
  CHECK(message([] { UpSampling2D(2, {.interpolation = "cubic"}); }) ==
        "[interpolation] there is no interpolation 'cubic' among: nearest, "
        "bilinear");
  CHECK(message([] { Conv2DTranspose(4, 3, {.strides = 2, .output_padding = 2}); }) ==
        "[conv2d_transpose] output_padding is 2, wanted 0 or more, and "
        "less than strides, which is "
        "2");
}

TEST_CASE("a step of a convolutional network allocates nothing after the first",
          "[layers][allocations]") {
  Sequential model({Input({12, 12, 3}), ZeroPadding2D(1), Conv2D(8, 3, {.activation = "relu"}),
                    MaxPooling2D(), SeparableConv2D(6, 3, {.padding = "same"}), UpSampling2D(),
                    Conv2DTranspose(4, 3, {.strides = 2, .activation = "tanh"}), Cropping2D(1),
                    AveragePooling2D(2), GlobalMaxPooling2D(), Dense(2)});
  Tensor x = Tensor::zeros({8, 12, 12, 3});
  for (std::size_t i = 0; i < x.size(); ++i)
    x.values()[i] = static_cast<float>(i * 7919 % 101) / 101;
  GradientTape tape;
  const auto step = [&] {
    tape.begin();
    tape.backward(ops::sum(ops::square(model(tape.constant(x), /*training=*/true))));
  };
  const int threads = utils::num_threads();
  utils::set_num_threads(1);
  step();
  step();
  CHECK(test::allocations_of(step).count == 0);
  utils::set_num_threads(threads);
}

TEST_CASE("convolutions hold what every layer must", "[layers]") {
  using test::check_layer;
  check_layer(Conv1D(3, 2, {.padding = "causal", .activation = "tanh"}),
              {.input = {5, 2}, .output = {5, 3}});
  check_layer(Conv2D(4, 3, {.strides = 2, .padding = "same", .groups = 2}),
              {.input = {5, 4, 2}, .output = {3, 2, 4}});
  check_layer(Conv2D(2, {2, 3}, {.dilation_rate = 2, .kernel_regularizer = "l2"}),
              {.input = {4, 6, 2}, .output = {2, 2, 2}});
  check_layer(Conv2DTranspose(2, 3, {.strides = 2}), {.input = {2, 3, 2}, .output = {5, 7, 2}});
  check_layer(DepthwiseConv2D(2, {.depth_multiplier = 2}),
              {.input = {3, 3, 2}, .output = {2, 2, 4}});
  check_layer(SeparableConv2D(3, 2), {.input = {3, 3, 2}, .output = {2, 2, 3}});
}

TEST_CASE("pooling holds what every layer must", "[layers]") {
  using test::check_layer;
  const double step = 1.0 / 1024;  // does not change which value is the largest
  check_layer(MaxPooling1D(2), {.input = {6, 2}, .output = {3, 2}, .step = step});
  check_layer(MaxPooling2D(2, {.strides = 1, .padding = "same"}),
              {.input = {3, 4, 2}, .step = step});
  check_layer(AveragePooling1D(3, {.strides = 2, .padding = "same"}),
              {.input = {5, 2}, .output = {3, 2}});
  check_layer(AveragePooling2D(2), {.input = {4, 4, 2}, .output = {2, 2, 2}});
  check_layer(GlobalMaxPooling1D(), {.input = {5, 2}, .output = {2}, .step = step});
  check_layer(GlobalMaxPooling2D({.keepdims = true}),
              {.input = {3, 4, 2}, .output = {1, 1, 2}, .step = step});
  check_layer(GlobalAveragePooling1D({.keepdims = true}), {.input = {5, 2}, .output = {1, 2}});
  check_layer(GlobalAveragePooling2D(), {.input = {3, 4, 2}, .output = {2}});
}

TEST_CASE("padding, cropping, repeating and models hold what every layer must", "[layers]") {
  using test::check_layer;
  check_layer(ZeroPadding1D(2), {.input = {3, 2}, .output = {7, 2}});
  check_layer(ZeroPadding2D({{1, 2}, {3, 0}}), {.input = {2, 3, 2}, .output = {5, 6, 2}});
  check_layer(Cropping1D(1), {.input = {4, 2}, .output = {2, 2}});
  check_layer(Cropping2D({{1, 0}, {1, 2}}), {.input = {3, 5, 2}, .output = {2, 2, 2}});
  check_layer(UpSampling1D(2), {.input = {3, 2}, .output = {6, 2}});
  check_layer(UpSampling2D({2, 3}), {.input = {2, 2, 2}, .output = {4, 6, 2}});
  check_layer(UpSampling2D(2, {.interpolation = "bilinear"}),
              {.input = {2, 3, 2}, .output = {4, 6, 2}});
  check_layer(Sequential({Input({4}), Dense(3, "tanh"), BatchNormalization()}), {.output = {3}});
}
