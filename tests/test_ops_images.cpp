// Ops on images: gradients against central differences, the same bits on any number of threads, and
// what errors say.

#include <keratin/keratin.hpp>

#include "support/catch.hpp"
#include "support/gradcheck.hpp"
#include "support/message.hpp"
#include "support/threads.hpp"

using namespace keratin;
using namespace keratin::test;
using In = std::span<const Node>;

namespace {

struct Case {
  const char* name;
  ops::WindowOptions options;
};

const Case cases[] = {{"valid", {}},
                      {"same", {.padding = "same"}},
                      {"strides", {.strides = {2, 1}, .padding = "same"}},
                      {"strides that leave a rest", {.strides = 3}},
                      {"dilation", {.padding = "same", .dilation_rate = {1, 2}}}};

}  // namespace

TEST_CASE("gradients of convolutions", "[ops][gradients]") {
  for (const auto& [name, options] : cases) {
    const auto conv = [&](In in) { return ops::conv(in[0], in[1], in[2], options); };
    check_gradients(concat("conv, ", name), conv,
                    {off_kinks({2, 4, 5, 2}), off_kinks({2, 3, 2, 3}, -2, 2, 2), off_kinks({3})});
    check_gradients(concat("conv of groups, ", name), conv,
                    {off_kinks({2, 4, 5, 4}), off_kinks({2, 3, 2, 4}, -2, 2, 2), off_kinks({4})});
    check_gradients(concat("conv of one channel, ", name), conv,
                    {off_kinks({2, 4, 5, 1}), off_kinks({2, 3, 1, 3}, -2, 2, 2), off_kinks({3})});
    check_gradients(concat("depthwise_conv, ", name),
                    [&](In in) { return ops::depthwise_conv(in[0], in[1], in[2], options); },
                    {off_kinks({2, 4, 5, 2}), off_kinks({2, 3, 2, 2}, -2, 2, 2), off_kinks({4})});
    check_gradients(concat("conv_transpose, ", name),
                    [&](In in) { return ops::conv_transpose(in[0], in[1], in[2], options); },
                    {off_kinks({2, 3, 4, 2}), off_kinks({2, 3, 3, 2}, -2, 2, 2), off_kinks({3})});
  }
  check_gradients("conv of pixels", [](In in) { return ops::conv(in[0], in[1]); },
                  {off_kinks({2, 3, 3, 2}), off_kinks({1, 1, 2, 3}, -2, 2, 2)});
  check_gradients(
      "conv of sequences, causal, tanh",
      [](In in) { return ops::conv(in[0], in[1], in[2], {.padding = "causal"}, ops::Fused::tanh); },
      {off_kinks({2, 5, 2}, -1, 1), off_kinks({2, 2, 3}, -1, 1, 2), off_kinks({3})},
      {.step = 1.0 / 64});
  check_gradients("depthwise_conv of sequences",
                  [](In in) { return ops::depthwise_conv(in[0], in[1]); },
                  {off_kinks({2, 5, 3}), off_kinks({2, 3, 1}, -2, 2, 2)});
}

TEST_CASE("convolutions of images and sequences too large for the cache", "[ops]") {
  // Whole numbers, so that sums are exact in any order.
  const auto whole = [](const Shape& shape, int seed) {
    Tensor x = Tensor::uninitialized(shape);
    for (std::size_t i = 0; i < x.size(); ++i)
      x.data()[i] = static_cast<float>((static_cast<int>(i * 31 % 1009) + seed) % 5 - 2);
    return x;
  };
  struct Sizes {
    std::size_t height, width, kernel_height, kernel_width, filters;
  };
  for (const auto& [height, width, kernel_height, kernel_width, filters] :
       {Sizes{41, 37, 3, 5, 48}, Sizes{1, 3001, 1, 3, 24}}) {
    CAPTURE(height, width);
    const std::size_t channels = 2;
    const Tensor x = whole({2, height, width, channels}, 1);
    const Tensor kernel = whole({kernel_height, kernel_width, channels, filters}, 2);
    const Tensor dy = whole({2, height, width, filters}, 3);
    Tensor y = Tensor::zeros(dy.shape()), dx = Tensor::zeros(x.shape()),
           dkernel = Tensor::zeros(kernel.shape());
    for (std::size_t window = 0; window < 2 * height * width; ++window)
      for (std::size_t place = 0; place < kernel_height * kernel_width; ++place) {
        const std::size_t row = window / width % height + place / kernel_width;
        const std::size_t column = window % width + place % kernel_width;
        const std::size_t above = kernel_height / 2, left = kernel_width / 2;
        if (row < above || row - above >= height || column < left || column - left >= width)
          continue;
        const std::size_t image = window / (height * width);
        const std::size_t pixel = (image * height + row - above) * width + column - left;
        for (std::size_t c = 0; c < channels; ++c)
          for (std::size_t f = 0; f < filters; ++f) {
            const std::size_t at = pixel * channels + c, to = window * filters + f;
            const std::size_t weight = (place * channels + c) * filters + f;
            y.data()[to] += x.data()[at] * kernel.data()[weight];
            dx.data()[at] += dy.data()[to] * kernel.data()[weight];
            dkernel.data()[weight] += x.data()[at] * dy.data()[to];
          }
      }
    GradientTape tape;
    tape.begin();
    const Node in = tape.watch(x), weights = tape.watch(kernel);
    const Node out = ops::conv(in, weights, {}, {.padding = "same"});
    tape.backward(ops::sum(out * tape.constant(dy)));
    CHECK(out.value() == y);
    CHECK(in.grad() == dx);
    CHECK(weights.grad() == dkernel);
  }
}

TEST_CASE("a gradient that is deferred is the same, also where it is asked for", "[ops]") {
  const Tensor x = off_kinks({3, 7, 6, 2}), kernel = off_kinks({3, 3, 2, 5}, -1, 1, 2);
  // The gradients of x, the kernel and the convolution, which pooling defers if it comes directly
  // after it and is the last in the backward pass.
  const auto gradients = [&](bool directly, bool twice, bool asked, auto pool) {
    GradientTape tape;
    tape.begin();
    const Node in = tape.watch(x), weights = tape.watch(kernel);
    const Node y = ops::conv(in, weights, {}, {}, ops::Fused::relu);
    Node pooled = pool(directly ? y : ops::multiply(y, 1));
    if (twice) pooled = pooled + ops::mean(y);
    tape.backward(weigh(pooled));
    std::vector<Tensor> result = {in.grad(), weights.grad()};
    if (asked) result.push_back(y.grad());
    return result;
  };
  const auto max = [](Node y) { return ops::max_pool(y, 2, {.strides = 2}); };
  const auto overlapping = [](Node y) { return ops::max_pool(y, 3, {.padding = "same"}); };
  const auto average = [](Node y) { return ops::average_pool(y, 2, {.strides = {2, 3}}); };
  for (const bool twice : {false, true})
    for (const bool asked : {false, true}) {
      CAPTURE(twice, asked);
      CHECK(gradients(true, twice, asked, max) == gradients(false, twice, asked, max));
      CHECK(gradients(true, false, asked, overlapping) ==
            gradients(false, false, asked, overlapping));
      CHECK(gradients(true, twice, asked, average) == gradients(false, twice, asked, average));
    }
}

TEST_CASE("gradients of pooling and resizing", "[ops][gradients]") {
  const auto row = [](const std::string& name, const std::function<Node(Node)>& op,
                      const Shape& shape = {2, 4, 5, 2}) {
    check_gradients(name, [&](In in) { return op(in[0]); }, {distinct(shape)});
  };
  for (const auto& [name, options] : cases) {
    row(concat("max_pool, ", name), [&](Node x) { return ops::max_pool(x, {2, 3}, options); });
    row(concat("average_pool, ", name), [&](Node x) {
      return ops::average_pool(x, {2, 3}, options);
    });
  }
  row("max_pool of sequences", [](Node x) { return ops::max_pool(x, {1, 2}); }, {2, 5, 3});
  row("pad", [](Node x) { return ops::pad(x, {{1, 0}, {2, 3}}); });
  row("pad sequences", [](Node x) { return ops::pad(x, {0, {1, 2}}); }, {2, 3, 2});
  row("crop", [](Node x) { return ops::crop(x, {{1, 0}, {2, 1}}); });
  row("up_sample", [](Node x) { return ops::up_sample(x, {2, 3}); });
  row("up_sample, bilinear", [](Node x) {
    return ops::up_sample(x, {2, 3}, ops::Interpolation::bilinear);
  });
}

TEST_CASE("ops on images give the same bits on any number of threads", "[ops][threads]") {
  // Large enough for several parts of the batch and several slices.
  const Tensor x = off_kinks({24, 19, 17, 6}), kernel = off_kinks({3, 3, 6, 12}, -1, 1, 2),
               channels_kernel = off_kinks({3, 3, 12, 1}, -1, 1, 3), bias = off_kinks({12});
  const ThreadsRestored restored;
  const auto run = [&](int threads) {
    utils::set_num_threads(threads);
    GradientTape tape;
    tape.begin();
    const Node in[] = {tape.watch(x), tape.watch(kernel), tape.watch(channels_kernel),
                       tape.watch(bias)};
    Node y = ops::conv(in[0], in[1], in[3], {.padding = "same"}, ops::Fused::relu);
    y = ops::max_pool(ops::depthwise_conv(y, in[2], in[3]), 2, {.strides = 2});
    y = ops::conv_transpose(ops::average_pool(y, 2), in[1], {}, {.strides = 2});
    tape.backward(weigh(ops::up_sample(ops::pad(y, 1), 2, ops::Interpolation::bilinear)));
    std::vector<Tensor> results = {y.value()};
    for (const Node& node : in) results.push_back(node.grad());
    return results;
  };
  const std::vector<Tensor> alone = run(1);
  for (const int threads : {2, 3, 4}) CHECK(run(threads) == alone);
}

TEST_CASE("what errors of ops on images say", "[ops][messages]") {
  GradientTape tape;
  tape.begin();
  const Tensor image = Tensor::zeros({1, 3, 3, 4}), kernel = Tensor::zeros({2, 2, 3, 5});
  const Node x = tape.watch(image), w = tape.watch(kernel);
  CHECK(message([&] { ops::conv(x, w); }) ==
        "[conv] cannot share the channels of (1, 3, 3, 4) among groups of kernel (2, 2, 3, 5)");
  CHECK(message([&] { ops::max_pool(x, 4); }) ==
        "[max_pool] a window of size 4 x 4 does not fit into an image of size 3 x 3: wanted a "
        "smaller window, or padding 'same'");
  CHECK(message([&] { ops::max_pool(x, 2, {.strides = 0}); }) ==
        "[max_pool] strides is 0, wanted 1 or more");
  CHECK(message([&] { ops::max_pool(x, 2, {.padding = "causal"}); }) ==
        "[max_pool] padding is 'causal', wanted 'valid' or 'same' for images");
  CHECK(message([&] { ops::crop(x, 2); }) == "[crop] nothing is left of size 3 without 2 and 2");
  CHECK(message([&] { ops::average_pool(ops::reshape(x, {36}), 2); }) ==
        "[average_pool] got shape (36,), wanted images (batch, height, width, channels) or "
        "sequences (batch, steps, channels)");
  CHECK(message([] { Padding("sme"); }) ==
        "[padding] there is no padding 'sme' among: valid, same, causal");
}
