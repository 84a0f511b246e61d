// Layers inside layers: nesting, sharing, freezing, promised shapes, and layers of one's own.

#include <keratin/keratin.hpp>
#include <thread>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using keratin::test::message;

namespace {

const Tensor x = {{1, 2}, {3, 4}, {-1, 0.5}};
const Tensor y = {{1}, {0}, {2}};

void compile(Model& model) {
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1}), .loss = "mse"});
}

struct Scale : Layer {
  using Layer::Layer;
  Shape build(const Shape& input) override {
    gain = &add_weight({.name = "gain", .shape = {input.back()}, .initializer = "ones"});
    return input;
  }
  Node call(Node in, bool) override { return in * in.tape().use(*gain); }
  Variable* gain = nullptr;
};

struct Twice : Layer {  // forgets to say that its output is wider
  using Layer::Layer;
  Node call(Node in, bool) override { return ops::concatenate({in, in}, -1); }
};

}  // namespace

TEST_CASE("a model is a layer of another model", "[layers]") {
  utils::clear_session();
  Sequential inner({Dense(3, "tanh"), Dense(2)}, {.name = "inner"});
  auto shared = std::make_shared<Sequential>(std::move(inner));
  Sequential outer({Input({2}), shared, Dense(1)}, {.name = "outer"});
  CHECK(shared->built());
  CHECK(outer.variables().size() == 6);
  CHECK(outer.count_params() == 9 + 8 + 3);
  compile(outer);
  const std::vector<Tensor> before = shared->get_weights();
  outer.fit(x, y, {.epochs = 3, .verbose = 0});
  CHECK_FALSE(shared->get_weights() == before);
  CHECK(to_string(outer).find(
            " inner (Sequential)          (None, 2)                 17        \n") !=
        std::string::npos);
}

TEST_CASE("a frozen container freezes all below it and asks for no gradients", "[layers]") {
  auto base = std::make_shared<Sequential>(
      Sequential({Dense(3, "relu"), Dense(2)}, {.name = "base", .trainable = false}));
  Sequential model({Input({2}), base, Dense(1, {.name = "head"})});
  compile(model);
  CHECK(model.trainable_variables().size() == 2);
  const std::vector<Tensor> before = base->get_weights();
  const Tensor head = model.get_layer("head").variables()[0]->value;
  model.fit(x, y, {.epochs = 2, .verbose = 0});
  CHECK(base->get_weights() == before);
  CHECK_FALSE(model.get_layer("head").variables()[0]->value == head);
  for (const Variable* variable : base->variables()) CHECK_FALSE(variable->grad.defined());

  base->trainable = true;
  model.fit(x, y, {.epochs = 1, .verbose = 0});
  CHECK_FALSE(base->get_weights() == before);
}

TEST_CASE("a model without trainable weights is evaluated, and warns", "[layers]") {
  std::vector<std::string> warnings;
  const auto previous =
      utils::set_warning_handler([&](std::string_view text) { warnings.emplace_back(text); });
  Sequential model({Input({2}), Dense(1)}, {.name = "frozen", .trainable = false});
  compile(model);
  const std::vector<Tensor> before = model.get_weights();
  const History history = model.fit(x, y, {.epochs = 2, .verbose = 0});
  utils::set_warning_handler(previous);
  CHECK(model.get_weights() == before);
  CHECK(history["loss"].size() == 2);
  CHECK(warnings ==
        std::vector<std::string>{"[frozen] has no trainable weights: training changes nothing"});
}

TEST_CASE("a model cannot contain itself, nor a null layer", "[layers]") {
  auto inner = std::make_shared<Sequential>(SequentialOptions{.name = "inner"});
  auto outer = std::make_shared<Sequential>(SequentialOptions{.name = "outer"});
  outer->add(inner);
  CHECK(message([&] { inner->add(outer); }) ==
        "[inner] cannot contain itself: outer has it inside");
  CHECK(message([&] { inner->add(inner); }) ==
        "[inner] cannot contain itself: inner has it inside");
  CHECK(message([&] { inner->add(std::shared_ptr<Dense>()); }) == "[layer] got a null pointer");
  CHECK(inner->layers().empty());
}

TEST_CASE("a layer that is in the tree twice has its weights once", "[layers]") {
  auto shared = std::make_shared<Dense>(2);
  auto inner = std::make_shared<Sequential>(Sequential({shared}, {.name = "inner"}));
  Sequential outer({Input({2}), shared, inner}, {.name = "outer"});
  CHECK(outer.variables().size() == 2);
  CHECK(outer.count_params() == 6);
}

TEST_CASE("a layer without weights serves models of several shapes", "[layers]") {
  auto pairs = std::make_shared<Reshape>(Reshape({-1, 2}));
  Sequential six({Input({6}), pairs}), eight({Input({8}), pairs});
  CHECK(six.output_shape() == Shape{3, 2});
  CHECK(eight.output_shape() == Shape{4, 2});
  CHECK(six.predict(Tensor::ones({1, 6}), {.verbose = 0}).shape() == Shape{1, 3, 2});
  CHECK(eight.predict(Tensor::ones({1, 8}), {.verbose = 0}).shape() == Shape{1, 4, 2});
  auto doubled = std::make_shared<Rescaling>(Rescaling(2));  // says nothing of shapes
  Sequential one({Input({1}), doubled}), two({Input({2, 3}), doubled}),
      again({Input({1}), doubled});
  CHECK(two.output_shape() == Shape{2, 3});
  CHECK(again.output_shape() == Shape{1});
}

TEST_CASE("the promised shape is checked when a layer is called", "[layers]") {
  Sequential forgot({Input({3}), Twice("twice")}, {.name = "net"});
  CHECK(message([&] {
          forgot.predict(Tensor::ones({4, 3}), {.verbose = 0});
        }) ==
        "[net] layer 0, twice: [Twice] call() returned shape (4, 6) for inputs of shape (4, 3), "
        "build() promised (4, 3)");
  const ActivationFunction sum([](Node n) { return ops::sum(n, -1, true); });
  Sequential summed({Input({3}), Activation(sum)}, {.name = "net"});
  CHECK(message([&] {
          summed.predict(Tensor::ones({4, 3}), {.verbose = 0});
        })
            .ends_with("call() returned shape (4, 1) for inputs of shape (4, 3), build() promised "
                       "(4, 3)"));
  const ActivationFunction drops_rows([](Node n) { return ops::slice(n, {0, 0}, {1, 2}); });
  Sequential dense({Input({3}), Dense(2, drops_rows)}, {.name = "net"});
  CHECK(message([&] {
          dense.predict(Tensor::ones({4, 3}), {.verbose = 0});
        }).find("call() returned shape (1, 2)") != std::string::npos);
  CHECK(dense.predict(Tensor::ones({1, 3}), {.verbose = 0}).shape() == Shape{1, 2});
}

TEST_CASE("errors in nested models say the whole way", "[layers]") {
  struct Strict : Layer {
    using Layer::Layer;
    Node call(Node in, bool) override {
      check(in.value().data()[0] < 5, "strict", "got ", in.value().data()[0], ", wanted below 5");
      return in;
    }
  };
  auto inner = std::make_shared<Sequential>(
      SequentialOptions{.name = "inner", .layers = {Flatten(), Strict("strict")}});
  Sequential outer({Input({1}), inner}, {.name = "outer"});
  CHECK(message([&] {
          outer.predict(Tensor::full({1, 1}, 7), {.verbose = 0});
        }) == "[outer] layer 0, inner: [inner] layer 1, strict: [strict] got 7, wanted below 5");
}

TEST_CASE("several threads may predict with a model that is not built", "[layers]") {
  for (int round = 0; round < 10; ++round) {
    Sequential model({Dense(40, "relu"), Dense(40)});
    const Tensor data = Tensor::ones({2, 40});
    std::vector<std::thread> threads;
    std::vector<Tensor> predicted(4);
    for (Tensor& out : predicted)
      threads.emplace_back([&] { out = model.predict(data, {.verbose = 0}); });
    for (std::thread& thread : threads) thread.join();
    CHECK(model.variables().size() == 4);
    for (const Tensor& out : predicted) CHECK(out == predicted[0]);
  }
}

TEST_CASE("a layer can be used alone", "[layers]") {
  Dense dense(2, {.kernel_initializer = "ones"});
  CHECK(dense.build({3}) == Shape{2});
  CHECK(dense.variables().size() == 2);
  GradientTape tape;
  const Tensor in = {{1, 2, 3}};
  tape.begin();
  CHECK(dense.call(tape.constant(in), false).value() == Tensor{{6, 6}});
  Scale scale("scale");
  CHECK(scale(tape.constant(in)).value() == in);  // built by its first call
  CHECK(scale.variables().size() == 1);
  CHECK(scale.class_name() == "Scale");
  Sequential model({Input({5, 3}), std::make_shared<Dense>(std::move(dense))});
  CHECK(model.output_shape() == Shape{5, 2});  // other axes may differ from build()'s
}

TEST_CASE("a nested model is described by its layers", "[layers]") {
  Sequential model({Input({2}), Dense(3, {.activation = "relu", .name = "hidden"}),
                    std::make_shared<Sequential>(
                        SequentialOptions{.name = "head", .layers = {Dense(1, {.name = "out"})}})},
                   {.name = "net"});
  model.get_layer("hidden").trainable = false;
  const Config described = describe<Layer>(model);
  const auto again = member_from_config<Layer>(described);
  CHECK(describe<Layer>(*again) == described);
  auto& copy = dynamic_cast<Sequential&>(*again);
  CHECK(copy.built());
  CHECK_FALSE(copy.get_layer("hidden").trainable);
  copy.set_weights(model.get_weights());
  CHECK(copy.predict(x, {.verbose = 0}) == model.predict(x, {.verbose = 0}));
}

TEST_CASE("a frozen model writes its layers as frozen, and thaws them when told", "[layers]") {
  const auto base =
      std::make_shared<Sequential>(Sequential({Dense(3, "relu"), Dense(2)}, {.name = "base"}));
  base->trainable = false;
  Sequential model({Input({4}), base, Dense(1)}, {.name = "m"});
  for (const auto& layer : base->layers()) {
    CHECK_FALSE(layer->trainable);
    CHECK(*layer->get_config().find("trainable") == false);
  }
  CHECK(model.trainable_variables().size() == 2);
  base->layers()[1]->trainable = true;  // the model that it is in stays frozen
  CHECK(model.trainable_variables().size() == 2);
  base->trainable = true;
  CHECK(model.trainable_variables().size() == 6);

  Sequential moved = std::move(model);
  moved.trainable = false;
  CHECK(moved.trainable_variables().empty());
  CHECK_FALSE(base->layers()[0]->trainable);
}
