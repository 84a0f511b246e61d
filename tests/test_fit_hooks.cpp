// Hooks that stop, nest, are interrupted or throw.

#include <csignal>
#include <keratin/keratin.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using keratin::test::message;

namespace {

const Tensor x = Tensor::ones({8, 2}), y = Tensor::ones({8, 1});

Sequential compiled() {
  Sequential model({Input({2}), Dense(1)}, {.name = "net"});
  model.compile({.optimizer = "sgd", .loss = "mse", .metrics = {"mae"}});
  return model;
}

// Calls `act` in one hook.
struct In : Callback {
  enum Hook { train_begin, epoch_begin, train_batch_end, test_batch_begin, epoch_end, predict_end };
  Hook hook;
  std::function<void(Model&)> act;
  In(Hook hook, std::function<void(Model&)> act) : hook(hook), act(std::move(act)) {}
  void at(Hook now) {
    if (now == hook) act(model());
  }
  void on_train_begin(Logs&) override { at(train_begin); }
  void on_epoch_begin(int, Logs&) override { at(epoch_begin); }
  void on_train_batch_end(int, Logs&) override { at(train_batch_end); }
  void on_test_batch_begin(int, Logs&) override { at(test_batch_begin); }
  void on_epoch_end(int, Logs&) override { at(epoch_end); }
  void on_predict_end(Logs&) override { at(predict_end); }
};

}  // namespace

TEST_CASE("a stop before the first batch still runs one step, as in Keras", "[hooks]") {
  for (const In::Hook hook : {In::train_begin, In::epoch_begin}) {
    Sequential model = compiled();
    In stop(hook, [](Model& m) { m.stop_training = true; });
    const History history = model.fit(x, y,
                                      {.batch_size = 2,
                                       .epochs = 3,
                                       .verbose = 0,
                                       .callbacks = {&stop},
                                       .validation_data = {x, y}});
    CHECK(history.epoch.size() == 1);
    CHECK(history["loss"].size() == 1);
    CHECK(history["val_loss"].size() == 1);
    CHECK(model.optimizer().iterations() == 1);
  }
}

TEST_CASE("a hook may call evaluate, predict and fit, with itself among the callbacks", "[hooks]") {
  Sequential model = compiled(), plain = compiled();
  plain.set_weights(model.get_weights());
  int depth = 0, calls = 0;
  In* self = nullptr;
  In nested(In::epoch_end, [&](Model& m) {
    m.evaluate(x, y, {.verbose = 0, .callbacks = {self}});
    m.predict(x, {.verbose = 0, .callbacks = {self}});
    CHECK(&m == &model);
    if (depth++ == 0) {
      Sequential other = compiled();
      other.fit(x, y, {.epochs = 1, .verbose = 0, .callbacks = {self}});
      CHECK(&self->model() == &model);  // of the call that goes on
    }
    m.optimizer();
    ++calls;
  });
  self = &nested;
  nested.act = [&, act = nested.act](Model& m) {
    if (&m == &model) act(m);
  };
  const History history = model.fit(x, y, {.epochs = 3, .verbose = 0, .callbacks = {&nested}});
  CHECK(calls == 3);
  CHECK(message<std::logic_error>([&] { nested.model(); }) ==
        "[callback] model() exists during fit, evaluate and predict only");
  const History alone = plain.fit(x, y, {.epochs = 3, .verbose = 0});
  CHECK(history["loss"] == alone["loss"]);
}

TEST_CASE("an evaluation inside an epoch leaves the logs of training alone", "[hooks]") {
  Sequential model = compiled(), plain = compiled();
  plain.set_weights(model.get_weights());
  const Tensor other_x = Tensor::full({5, 2}, -3), other_y = Tensor::full({5, 1}, 9);
  In evaluates(In::train_batch_end,
               [&](Model& m) { m.evaluate(other_x, other_y, {.verbose = 0}); });
  const auto run = [&](Sequential& m, Callbacks callbacks) {
    return m.fit(
        x, y,
        {.batch_size = 2, .epochs = 2, .verbose = 0, .callbacks = callbacks, .shuffle = false});
  };
  const History history = run(model, {&evaluates}), alone = run(plain, {});
  CHECK(history["loss"] == alone["loss"]);
  CHECK(history["mae"] == alone["mae"]);
}

TEST_CASE("Ctrl-C is noticed in validation, between epochs, in evaluate and predict", "[hooks]") {
  const auto press = [](Model&) { std::raise(SIGINT); };
  SECTION("in the validation of the last epoch") {
    Sequential model = compiled();
    callbacks::StopOnInterrupt stop;
    In key(In::test_batch_begin, press);
    const History history = model.fit(
        x, y, {.epochs = 1, .verbose = 0, .callbacks = {&stop, &key}, .validation_data = {x, y}});
    CHECK(stop.interrupted());
    CHECK(history.history.contains("val_loss"));
  }
  SECTION("in the validation of an earlier epoch") {
    Sequential model = compiled();
    callbacks::StopOnInterrupt stop;
    In key(In::test_batch_begin, press);
    const History history = model.fit(
        x, y, {.epochs = 5, .verbose = 0, .callbacks = {&stop, &key}, .validation_data = {x, y}});
    CHECK(stop.interrupted());
    CHECK(history.epoch.size() == 1);
  }
  SECTION("at the end of an epoch") {
    Sequential model = compiled();
    callbacks::StopOnInterrupt stop;
    In key(In::epoch_end, press);
    CHECK(model.fit(x, y, {.epochs = 5, .verbose = 0, .callbacks = {&key, &stop}}).epoch.size() ==
          1);
  }
  SECTION("in evaluate") {
    Sequential model = compiled();
    callbacks::StopOnInterrupt stop;
    int batches = 0;
    In key(In::test_batch_begin, [&](Model&) {
      if (++batches == 2) std::raise(SIGINT);
    });
    model.evaluate(x, y, {.batch_size = 1, .verbose = 0, .callbacks = {&stop, &key}});
    CHECK(stop.interrupted());
    CHECK(batches == 2);
    batches = 100;  // another call starts afresh
    model.evaluate(x, y, {.batch_size = 1, .verbose = 0, .callbacks = {&stop, &key}});
    CHECK_FALSE(stop.interrupted());
    CHECK(batches == 108);
  }
  SECTION("in predict") {
    struct Key : Callback {
      void on_predict_batch_begin(int batch, Logs&) override {
        if (batch == 2) std::raise(SIGINT);
      }
    } key;
    Sequential model = compiled();
    callbacks::StopOnInterrupt stop;
    const Tensor some =
        model.predict(x, {.batch_size = 2, .verbose = 0, .callbacks = {&stop, &key}});
    CHECK(stop.interrupted());
    CHECK(some.shape() == Shape{6, 1});
  }
}

TEST_CASE("the handler of SIGINT is the program's own again, however a call ends", "[hooks]") {
  struct Marker {
    static void handle(int) {}
  };
  const auto before = std::signal(SIGINT, Marker::handle);
  Sequential model = compiled();
  callbacks::StopOnInterrupt outer, inner;
  In throws(In::train_batch_end, [](Model&) { throw std::runtime_error("enough"); });
  CHECK(message<std::runtime_error>([&] {
          model.fit(x, y, {.verbose = 0, .callbacks = {&outer, &throws}});
        }) == "enough");
  CHECK(std::signal(SIGINT, Marker::handle) == Marker::handle);

  In nests(In::epoch_end, [&](Model& m) {
    m.evaluate(x, y, {.verbose = 0, .callbacks = {&inner}});
    std::raise(SIGINT);  // still handled: the outer call goes on
  });
  model.fit(x, y, {.epochs = 1, .verbose = 0, .callbacks = {&nests, &outer}});
  CHECK(outer.interrupted());
  CHECK(std::signal(SIGINT, before) == Marker::handle);
}

TEST_CASE("a null pointer is no callback", "[hooks]") {
  Callback* none = nullptr;
  CHECK(message([&] { Callbacks{none}; }) == "[callbacks] got a null pointer");
  CHECK(message([&] { Callbacks{std::shared_ptr<In>()}; }) == "[callbacks] got a null pointer");
}

TEST_CASE("steps without a batch size take all rows, in every call", "[hooks]") {
  Tensor rows = Tensor::zeros({1000, 1}), twice = rows;
  for (int i = 0; i < 1000; ++i) {
    rows.values()[i] = static_cast<float>(i) / 1000;
    twice.values()[i] = 2 * rows.values()[i];
  }
  Sequential model({Input({1}), Dense(1, {.kernel_initializer = "zeros"})});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0}), .loss = "mse"});
  const double all = 1.331334;  // Keras 3.15.1
  CHECK(model.evaluate(rows, twice, {.verbose = 0, .steps = 2})["loss"] == Approx(all));
  CHECK(model.predict(rows, {.verbose = 0, .steps = 2}).shape() == Shape{1000, 1});
  for (const std::optional<int> steps : {std::optional<int>(), std::optional<int>(4)}) {
    const History history = model.fit(rows, twice,
                                      {.verbose = 0,
                                       .validation_data = {rows, twice},
                                       .steps_per_epoch = steps,
                                       .validation_steps = 2});
    CHECK(history["val_loss"][0] == Approx(all));
  }
}

TEST_CASE("state that a step assigns is kept only if the step succeeds", "[hooks]") {
  struct Counter : Layer {
    using Layer::Layer;
    Shape build(const Shape& input) override {
      count =
          &add_weight({.name = "count", .shape = {}, .initializer = "zeros", .trainable = false});
      return input;
    }
    Node call(Node in, bool training) override {
      GradientTape& tape = in.tape();
      if (training) tape.assign(*count, tape.use(*count) + 1);
      if (training && fails) throw std::runtime_error("no");
      return in;
    }
    Variable* count = nullptr;
    bool fails = false;
  };
  auto counter = std::make_shared<Counter>("counter");
  Sequential model({Input({2}), counter, Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  model.fit(x, y, {.batch_size = 2, .epochs = 1, .verbose = 0});
  CHECK(counter->count->value.item() == 4);
  model.evaluate(x, y, {.verbose = 0});
  CHECK(counter->count->value.item() == 4);
  counter->fails = true;
  CHECK(message<std::runtime_error>([&] { model.train_on_batch(x, y); }) == "no");
  CHECK(counter->count->value.item() == 4);
  counter->fails = false;
  model.train_on_batch(x, y);
  CHECK(counter->count->value.item() == 5);
}
