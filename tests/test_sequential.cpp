#include <keratin/keratin.hpp>
#include <sstream>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using keratin::test::message;

TEST_CASE("summary is TF-Keras 2.9's, to the character", "[sequential]") {
  utils::clear_session();
  Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
  const std::string want =
      "Model: \"sequential\"\n"
      "_________________________________________________________________\n"
      " Layer (type)                Output Shape              Param #   \n"
      "=================================================================\n"
      " flatten (Flatten)           (None, 784)               0         \n"
      "                                                                 \n"
      " dense (Dense)               (None, 84)                65940     \n"
      "                                                                 \n"
      " dense_1 (Dense)             (None, 10)                850       \n"
      "                                                                 \n"
      "=================================================================\n"
      "Total params: 66,790\n"
      "Trainable params: 66,790\n"
      "Non-trainable params: 0\n"
      "_________________________________________________________________\n";
  CHECK(to_string(model) == want);
  std::ostringstream out;
  model.summary(out);
  CHECK(out.str() == want);
}

TEST_CASE("summary of long names, frozen layers and layers without a shape", "[sequential]") {
  utils::clear_session();
  Sequential model({Input({8, 8, 32}), GlobalAveragePooling2D(), Dense(1000), Dense(2)});
  model.get_layer("dense").trainable = false;
  const std::string text = to_string(model);
  CHECK(text.find(" global_average_pooling2d (G  (None, 32)               0         \n"
                  " lobalAveragePooling2D)                                          \n") !=
        std::string::npos);
  CHECK(
      text.find("Total params: 35,002\nTrainable params: 2,002\nNon-trainable params: 33,000\n") !=
      std::string::npos);

  Sequential unbuilt({Dense(3)});
  CHECK(to_string(unbuilt).find(
            " dense_2 (Dense)             ?                         0 (unused)\n") !=
        std::string::npos);
}

TEST_CASE("a model builds at once behind an Input, else with its first data", "[sequential]") {
  Sequential at_once({Input({3}), Dense(2)});
  CHECK(at_once.built());
  CHECK(at_once.input_shape() == Shape{3});
  CHECK(at_once.output_shape() == Shape{2});
  CHECK(at_once.count_params() == 8);

  Sequential later({Dense(2), Dense(1)});
  CHECK(!later.built());
  CHECK(later.get_weights().empty());
  CHECK(message([&] { later.count_params(); }) ==
        "[count_params] the model is not built: give it an Input, call build(), or fit it");
  CHECK(later.predict(Tensor::ones({5, 4}), {.verbose = 0}).shape() == Shape{5, 1});
  CHECK(later.count_params() == 4 * 2 + 2 + 2 + 1);

  Sequential by_hand({Dense(2)}, {.name = "by_hand"});
  by_hand.build({7});
  CHECK(by_hand.count_params() == 16);
  CHECK(message([&] { by_hand.build({8}); }) ==
        "[by_hand] is built for samples of shape (7,), got (8,)");
  CHECK(message([] { Sequential({}, {.name = "empty"}).build({1}); }) ==
        "[empty] cannot build a model without layers");
}

TEST_CASE("layers are added, popped, looked up and named", "[sequential]") {
  utils::clear_session();
  Sequential model({}, {.name = "net"});
  model.add(Input({4}));
  model.add(Dense(3, {.name = "hidden"}));
  model.add(Dense(2));
  model.add(Dense(1));
  REQUIRE(model.layers().size() == 3);
  CHECK(model.layers()[1]->name == "dense");
  CHECK(model.layers()[2]->name == "dense_1");
  CHECK(model.get_layer("hidden").variables()[0]->value.shape() == Shape{4, 3});
  CHECK(model.get_layer(std::size_t{1}).class_name() == "Dense");
  CHECK(message([&] { model.get_layer("nope"); }) ==
        "[net] there is no layer 'nope' among: hidden, dense, dense_1");
  CHECK(message([&] { model.get_layer(std::size_t{3}); }) ==
        "[net] there is no layer 3, the model has 3");
  CHECK(message([&] { model.add(Dense(1, {.name = "hidden"})); }) ==
        "[net] two layers are called 'hidden': give one another name");
  CHECK(message([&] { model.add(Input({4})); }) == "[net] an Input comes first, and once");
  CHECK(model.layers().size() == 3);

  const auto last = model.pop();
  CHECK(last->name == "dense_1");
  CHECK(model.output_shape() == Shape{2});
  model.add(Dense(5));
  CHECK(model.output_shape() == Shape{5});
  CHECK(model.predict(Tensor::ones({2, 4}), {.verbose = 0}).shape() == Shape{2, 5});
}

TEST_CASE("automatic names follow Keras's snake rule", "[sequential]") {
  utils::clear_session();
  class MaxPooling2D : public Flatten {};
  class ReLU : public Flatten {};
  Sequential model({MaxPooling2D(), ReLU(), layers::Activation("relu")});
  CHECK(model.layers()[0]->name == "max_pooling2d");
  CHECK(model.layers()[1]->name == "re_lu");
  CHECK(model.layers()[2]->name == "activation");
}

TEST_CASE("weights go out and in", "[sequential]") {
  Sequential model({Input({2}), Dense(2), Dense(1)}, {.name = "net"});
  std::vector<Tensor> weights = model.get_weights();
  REQUIRE(weights.size() == 4);
  CHECK(weights[0].shape() == Shape{2, 2});
  CHECK(weights[1] == Tensor::zeros({2}));
  weights[0] = {{1, 2}, {3, 4}};
  model.set_weights(weights);
  CHECK(model.get_weights() == weights);
  CHECK(message([&] { model.set_weights({weights[0]}); }) ==
        "[set_weights] got 1 weights, wanted 4");
  weights[2] = {1, 2};
  CHECK(message([&] { model.set_weights(weights); }) ==
        "[set_weights] weight 2 (kernel) got shape (2,), wanted (2, 1)");
  CHECK(model.get_weights()[0] == weights[0]);
}

TEST_CASE("layers refuse what they cannot take, and say where they stand", "[sequential]") {
  CHECK(message([] { Dense(0); }) == "[dense] units is 0, wanted 1 or more");
  CHECK(message([] { Reshape({2, -1, -1}); }) == "[reshape] got 2 sizes of -1, wanted one at most");
  CHECK(message([] {
          Sequential({Input({6}), Reshape({4, 2})}, {.name = "net"});
        }) == "[net] layer 0, reshape: [reshape] cannot reshape samples of shape (6,) to (4, 2)");
  CHECK(message([] {
          Sequential({Input({}), Dense(2, {.name = "first"})}, {.name = "net"});
        }) ==
        "[net] layer 0, first: [dense] got one number per sample, wanted an axis of features: put "
        "Flatten() before it");
}

TEST_CASE("layers compute", "[sequential]") {
  Sequential model({Input({2, 3}), Rescaling(2, 1), Reshape({3, -1}), Flatten()});
  CHECK(model.get_layer(std::size_t{1}).name.starts_with("reshape"));
  CHECK(model.predict(Tensor::ones({1, 2, 3}), {.verbose = 0}) == Tensor::full({1, 6}, 3));
  CHECK(model.predict(Tensor::ones({1, 2, 3, 1}), {.verbose = 0}).shape() ==
        Shape{1, 6});  // Keras drops the last axis of 1
}

TEST_CASE("a layer may stand in two models and train with both", "[sequential]") {
  const auto shared = std::make_shared<Dense>(2);
  Sequential a({Input({3}), shared}), b({shared, Dense(1)});
  b.predict(Tensor::ones({1, 3}), {.verbose = 0});
  CHECK(a.variables()[0] == b.variables()[0]);
}
