// What every layer must hold, layer by layer. Their numbers are compared with Keras's in
// test_layers_golden.cpp; those that draw random numbers are in test_layers_noise.cpp.

#include <keratin/keratin.hpp>

#include "support/catch.hpp"
#include "support/check_layer.hpp"
#include "support/gradcheck.hpp"
#include "support/message.hpp"
#include "support/threads.hpp"

using namespace keratin;
using namespace keratin::layers;
using test::check_layer;
using test::message;

TEST_CASE("layers without weights hold what every layer must", "[layers]") {
  check_layer(Flatten(), {.input = {2, 3}, .output = {6}});
  check_layer(Activation("tanh"));
  check_layer(Reshape({2, -1}), {.input = {6}, .output = {2, 3}});
  check_layer(Rescaling(2, -1));
  check_layer(Permute({3, 1, 2}), {.input = {2, 3, 4}, .output = {4, 2, 3}});
  check_layer(RepeatVector(3), {.input = {4}, .output = {3, 4}});
}

TEST_CASE("layers of activations hold what every layer must", "[layers]") {
  check_layer(ReLU());
  check_layer(ReLU({.max_value = 1.5, .negative_slope = 0.25, .threshold = 0.5}));
  check_layer(LeakyReLU());
  check_layer(ELU({.alpha = 0.5}));
  check_layer(PReLU({.alpha_regularizer = regularizers::L2(0.01)}), {.input = {3, 2}});
  check_layer(PReLU({.shared_axes = {1}}), {.input = {3, 2}});
  check_layer(Softmax({.axis = 1}), {.input = {3, 2}});
}

TEST_CASE("layers with weights hold what every layer must", "[layers]") {
  check_layer(Dense(3, {.activation = "tanh", .kernel_constraint = "max_norm"}), {.output = {3}});
  Tensor ids = Tensor::zeros({5, 3});
  for (std::size_t i = 0; i < ids.size(); ++i) ids.values()[i] = static_cast<float>(i * 7 % 6);
  check_layer(Embedding(6, 4), {.input = {3}, .output = {3, 4}, .x = ids, .differentiable = false});
}

// The mean looks behind the rows that were gathered.
TEST_CASE("embeddings that are averaged are those that are not", "[layers]") {
  const test::ThreadsRestored restored;
  constexpr std::size_t rows = 400, steps = 30;
  Tensor ids = Tensor::zeros({rows, steps});
  for (std::size_t i = 0; i < ids.size(); ++i)
    ids.values()[i] = static_cast<float>(i * i % 53 + i % 7 * 31);  // some rows never
  const Tensor table = test::off_kinks({250, 40}, -1, 1, 2), up = test::off_kinks({rows, 40});
  struct Result {
    Tensor y, gradient;
  };
  const auto run = [&](bool behind, int threads) {
    utils::set_num_threads(threads);
    GradientTape tape;
    tape.begin();
    const Node rows_of = tape.watch(table), gathered = ops::gather(rows_of, tape.constant(ids));
    const Node y = ops::mean(behind ? gathered : gathered * 1.0f, 1);
    tape.backward(ops::sum(y * tape.constant(up)) + ops::sum(ops::square(rows_of)));
    return Result{y.value(), rows_of.grad()};
  };
  const Result wanted = run(false, 1), result = run(true, 1), parallel = run(true, 3);
  for (std::size_t i = 0; i < wanted.y.size(); ++i)
    CHECK(result.y.values()[i] == Approx(wanted.y.values()[i]).margin(1e-6));
  for (std::size_t i = 0; i < table.size(); ++i)
    CHECK(result.gradient.values()[i] == Approx(wanted.gradient.values()[i]).margin(1e-5));
  CHECK(parallel.y == result.y);
  CHECK(parallel.gradient == result.gradient);
  CHECK(run(false, 3).gradient == wanted.gradient);
}

TEST_CASE("normalizations hold what every layer must", "[layers]") {
  check_layer(BatchNormalization({.momentum = 0.7}));
  check_layer(BatchNormalization({.axis = 1, .epsilon = 0.1}), {.input = {3, 2}});
  check_layer(BatchNormalization({.center = false, .scale = false}), {.input = {2, 2, 3}});
  check_layer(BatchNormalization(), {.input = {70}, .learns = false});  // two tiles of columns
  check_layer(LayerNormalization());
  check_layer(LayerNormalization({.axis = {1, 2}}), {.input = {3, 2}});
  check_layer(GroupNormalization(2), {.input = {3, 4}});
  check_layer(RMSNormalization());
  check_layer(UnitNormalization());
}

TEST_CASE("preprocessing layers hold what every layer must", "[layers]") {
  Tensor ids = Tensor::zeros({5, 3});
  for (std::size_t i = 0; i < ids.size(); ++i) ids.values()[i] = static_cast<float>(i * 7 % 6);
  check_layer(Normalization());
  check_layer(Normalization({.mean = {0.5, -1, 2, 0}, .variance = {4, 0.25, 1, 2}}));
  check_layer(Normalization({.mean = {0.5}, .variance = {4}, .invert = true}));
  for (const char* mode : {"multi_hot", "count", "one_hot"}) {
    INFO(mode);
    const bool each = std::string(mode) == "one_hot";
    check_layer(
        CategoryEncoding(6, {.output_mode = mode}),
        {.input = {3}, .output = each ? Shape{3, 6} : Shape{6}, .x = ids, .differentiable = false});
    check_layer(Discretization({.bin_boundaries = {-1, 0, 1}, .output_mode = mode}),
                {.input = {3}, .output = each ? Shape{3, 4} : Shape{4}, .differentiable = false});
  }
  check_layer(Discretization({.bin_boundaries = {-1, 0, 1}}), {.differentiable = false});
}

TEST_CASE("Normalization adapts to the batches of a Dataset", "[layers]") {
  const Tensor x = test::off_kinks({301, 3, 2}, -5, 9);
  Normalization whole({.axis = {1, 2}}), parts({.axis = {1, 2}}), samples({.axis = {1, 2}});
  whole.adapt(x);
  parts.adapt(Dataset::from_tensor_slices(x).batch(7));
  samples.adapt(Dataset::from_tensor_slices(x));
  for (const Normalization* other : {&parts, &samples})
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t i = 0; i < 6; ++i)
        CHECK(other->variables()[k]->value.values()[i] ==
              Approx(whole.variables()[k]->value.values()[i]).margin(1e-6));
  const Dataset some = Dataset::from_tensor_slices(x);
  CHECK(test::message([&] { Normalization().adapt(some.repeat()); }) ==
        "[normalization] adapt() got a Dataset without an end: take() a part");
  CHECK(test::message([&] { Normalization().adapt(some.take(0)); }) ==
        "[normalization] adapt() got no samples");
}

// Recorded: keras.layers.Normalization(axis=...).adapt(x), CategoryEncoding and Discretization.
TEST_CASE("preprocessing layers adapt and encode as Keras's", "[layers]") {
  const Tensor x = {{1, 2, 6}, {3, -2, 0}};
  Normalization columns, whole({.axis = Axes()});
  columns.adapt(x);
  whole.adapt(x);
  CHECK(columns.variables()[0]->value == Tensor({2, 0, 3}));
  CHECK(columns.variables()[1]->value == Tensor({1, 4, 9}));
  CHECK(whole.variables()[0]->value.item() == Approx(1.6666666));
  CHECK(whole.variables()[1]->value.item() == Approx(6.2222223));
  CHECK(columns.count_params() == 7);

  Discretization bins({.num_bins = 4});
  bins.adapt(Tensor{{1, 5, 2, 8}, {3, 9, 4, 7}});
  CHECK(bins.bin_boundaries() == std::vector<double>{2, 4, 7});
}

TEST_CASE("messages of layers", "[layers][errors]") {
  CHECK(message([] { ReLU({.max_value = -1}); }) == "[re_lu] max_value is -1, wanted 0 or more");
  CHECK(message([] {
          Permute({1, 3});
        }) == "[permute] dims are [1, 3], wanted each of 1 to 2 once");
  CHECK(message([] { RepeatVector(0); }) == "[repeat_vector] n is 0, wanted 1 or more");
  CHECK(message([] { Embedding(5, 0); }) ==
        "[embedding] input_dim is 5 and output_dim 0, wanted 1 or more");
  CHECK(message([] { GroupNormalization(4).build({6}); }) ==
        "[group_normalization] there are 6 features and 4 groups, wanted groups of one size");
  CHECK(message([] { LayerNormalization({.axis = 0}).build({6}); }) ==
        "[layer_normalization] axis is [0], wanted axes of inputs of shape (6,) behind the "
        "batch's");
}
