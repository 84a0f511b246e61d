// How fit, evaluate and predict behave: callbacks, shuffling, seeds, errors. Numbers against Keras:
// test_fit_golden.cpp.

#include <csignal>
#include <keratin/keratin.hpp>
#include <set>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using keratin::test::message;

namespace {

struct Problem {
  Tensor x = Tensor::zeros({40, 3}), y = Tensor::zeros({40});
  Problem() {
    for (std::size_t i = 0; i < 40; ++i) {
      for (std::size_t j = 0; j < 3; ++j)
        x.values()[3 * i + j] = std::sin(static_cast<float>(3 * i + j));
      y.values()[i] = static_cast<float>(i % 4);
    }
  }
};

Sequential classifier() {
  Sequential model({Input({3}), Dense(8, "tanh"), Dense(4, "softmax")}, {.name = "net"});
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = "acc"});
  return model;
}

struct Recorder : Callback {
  std::vector<std::string>* events;
  explicit Recorder(std::vector<std::string>& events) : events(&events) {}
  void note(const std::string& what, const Logs& logs) {
    std::string line = what;
    for (const auto& [name, value] : logs) line += " " + name;
    events->push_back(line);
  }
  void on_train_begin(Logs& logs) override { note("train_begin", logs); }
  void on_train_end(Logs& logs) override { note("train_end", logs); }
  void on_epoch_begin(int epoch, Logs& logs) override {
    note("epoch_begin " + std::to_string(epoch), logs);
  }
  void on_epoch_end(int epoch, Logs& logs) override {
    note("epoch_end " + std::to_string(epoch), logs);
  }
  void on_train_batch_begin(int batch, Logs& logs) override {
    note("train_batch_begin " + std::to_string(batch), logs);
  }
  void on_train_batch_end(int batch, Logs& logs) override {
    note("train_batch_end " + std::to_string(batch), logs);
  }
  void on_test_begin(Logs& logs) override { note("test_begin", logs); }
  void on_test_end(Logs& logs) override { note("test_end", logs); }
  void on_test_batch_begin(int batch, Logs& logs) override {
    note("test_batch_begin " + std::to_string(batch), logs);
  }
  void on_test_batch_end(int batch, Logs& logs) override {
    note("test_batch_end " + std::to_string(batch), logs);
  }
};

}  // namespace

TEST_CASE("callbacks hear everything, in Keras's order", "[fit]") {
  const Problem data;
  Sequential model = classifier();
  std::vector<std::string> events;
  model.fit(
      data.x, data.y,
      {.batch_size = 15, .verbose = 0, .callbacks = {Recorder(events)}, .validation_split = 0.25});
  CHECK(events ==
        std::vector<std::string>{
            "train_begin", "epoch_begin 0", "train_batch_begin 0", "train_batch_end 0 loss acc",
            "train_batch_begin 1", "train_batch_end 1 loss acc", "test_begin", "test_batch_begin 0",
            "test_batch_end 0 loss acc", "test_end loss acc",
            "epoch_end 0 loss acc val_loss val_acc", "train_end loss acc val_loss val_acc"});
}

TEST_CASE("what a callback writes into an epoch's logs is in the history", "[fit]") {
  struct Adds : Callback {
    void on_epoch_end(int epoch, Logs& logs) override { logs["learning_rate"] = 0.5 * epoch; }
  };
  const Problem data;
  Sequential model = classifier();
  const History history =
      model.fit(data.x, data.y, {.epochs = 3, .verbose = 0, .callbacks = {Adds()}});
  CHECK(history["learning_rate"] == std::vector<double>{0, 0.5, 1});
  CHECK(history.epoch == std::vector<int>{0, 1, 2});
  CHECK(history.params.steps == 2);
  CHECK(message([&] { history["val_loss"]; }) ==
        "[history] there is no 'val_loss' among: loss, acc, learning_rate");
}

TEST_CASE("a callback can stop training after a batch", "[fit]") {
  struct Stops : Callback {
    int batches = 0;
    void on_train_batch_end(int, Logs&) override { model().stop_training = ++batches == 3; }
  };
  const Problem data;
  Sequential model = classifier();
  Stops stops;
  const History history = model.fit(data.x, data.y,
                                    {.batch_size = 20,
                                     .epochs = 5,
                                     .verbose = 0,
                                     .callbacks = {&stops},
                                     .validation_data = {data.x, data.y}});
  CHECK(stops.batches == 3);
  CHECK(history.epoch == std::vector<int>{0, 1});
  CHECK(history["val_loss"].size() == 2);
  CHECK(message<std::logic_error>([&] { stops.model(); }) ==
        "[callback] model() exists during fit, evaluate and predict only");
}

TEST_CASE("Ctrl-C ends fit after the batch and leaves no handler behind", "[fit]") {
  struct Interrupts : Callback {
    void on_train_batch_end(int batch, Logs&) override {
      if (batch != 1) return;
      std::raise(SIGINT);
      std::raise(SIGINT);  // as launchers do, which pass a Ctrl-C on besides the terminal
    }
  };
  const Problem data;
  Sequential model = classifier();
  callbacks::StopOnInterrupt stop;
  const auto before = std::signal(SIGINT, SIG_IGN);
  const History history =
      model.fit(data.x, data.y,
                {.batch_size = 10, .epochs = 5, .verbose = 0, .callbacks = {Interrupts(), &stop}});
  CHECK(std::signal(SIGINT, before) == SIG_IGN);
  CHECK(stop.interrupted());
  CHECK(history.epoch == std::vector<int>{0});
  CHECK(!model.fit(data.x, data.y, {.verbose = 0, .callbacks = {&stop}}).epoch.empty());
  CHECK(!stop.interrupted());
}

TEST_CASE("each epoch sees every row once, in an order of its own", "[fit]") {
  struct Sees : Sequential {
    using Sequential::Sequential;
    std::vector<std::vector<float>> epochs;
    Logs train_step(const Batch& batch) override {
      if (epochs.empty() || epochs.back().size() == 40) epochs.emplace_back();
      for (float row : batch.x.values()) epochs.back().push_back(row);
      return Sequential::train_step(batch);
    }
  };
  Tensor x = Tensor::zeros({40, 1});
  for (std::size_t i = 0; i < 40; ++i) x.values()[i] = static_cast<float>(i);
  Sees model({Input({1}), Dense(1)});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.0}), .loss = "mse"});
  model.fit(x, x, {.batch_size = 7, .epochs = 3, .verbose = 0});
  REQUIRE(model.epochs.size() == 3);
  for (const auto& epoch : model.epochs)
    CHECK(std::set<float>(epoch.begin(), epoch.end()).size() == 40);
  CHECK(model.epochs[0] != model.epochs[1]);
  CHECK(model.epochs[1] != model.epochs[2]);

  model.epochs.clear();
  model.fit(x, x, {.batch_size = 7, .verbose = 0, .shuffle = false});
  CHECK(model.epochs[0] == std::vector<float>(x.values().begin(), x.values().end()));
}

TEST_CASE("a model with a training step of its own needs neither a loss nor targets", "[fit]") {
  struct Shrinks : Sequential {  // minimizes the squares of its outputs, whatever y is
    using Sequential::Sequential;
    Logs step(const Batch& batch, bool training) {
      CHECK(!batch.y.defined());
      tape().begin(training);
      const Node loss = ops::mean(ops::square(call(tape().constant(batch.x), training)));
      if (training) {
        tape().backward(loss);
        optimizer().apply(trainable_variables());
      }
      Logs logs;
      logs["energy"] = loss.value().item();
      return logs;
    }
    Logs train_step(const Batch& batch) override { return step(batch, true); }
    Logs test_step(const Batch& batch) override { return step(batch, false); }
  };
  const Problem data;
  Shrinks model({Input({3}), Dense(4)});
  model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.5})});
  const History history =
      model.fit(data.x, {}, {.epochs = 20, .verbose = 0, .validation_split = 0.25});
  CHECK(history["energy"].back() < 0.01 * history["energy"].front());
  CHECK(history["val_energy"].back() < 0.01 * history["val_energy"].front());
  CHECK(model.evaluate(data.x, {}, {.verbose = 0})["energy"] < 0.01);
  const Dataset batches = Dataset::from_tensor_slices(data.x).batch(8);
  CHECK(model.fit(batches, {.verbose = 0})["energy"].back() < 0.01);
  CHECK(model.evaluate(batches, {.verbose = 0})["energy"] < 0.01);
  CHECK(message([&] {
          model.fit(data.x, {}, {.verbose = 0, .class_weight = {{0, 2}}});
        }) == "[fit] class_weight wants one label per sample, y is not given");

  Sequential plain({Input({3}), Dense(4)});
  plain.compile({.optimizer = "sgd"});
  CHECK(message([&] { plain.fit(data.x, {}, {.verbose = 0}); }) ==
        "[compute_loss] the model has no loss: compile it with one");
  CHECK(message([&] { plain.evaluate(batches, {.verbose = 0}); }) ==
        "[compute_loss] the model has no loss: compile it with one");
}

TEST_CASE("the same seed gives the same weights, bit for bit, another seed others", "[fit]") {
  const Problem data;
  const auto run = [&](std::uint64_t seed) {
    utils::set_random_seed(seed);
    Sequential model = classifier();
    model.fit(data.x, data.y, {.batch_size = 8, .epochs = 3, .verbose = 0});
    return model.get_weights();
  };
  const auto first = run(1);
  CHECK(first == run(1));
  CHECK(!(first == run(2)));
}

TEST_CASE("32 samples are learned by heart", "[fit]") {
  utils::set_random_seed(5);
  const Problem data;
  const ArrayView x = ArrayView(data.x).slice(0, 32), y = ArrayView(data.y).slice(0, 32);
  Sequential model({Input({3}), Dense(64, "relu"), Dense(64, "relu"), Dense(4, "softmax")});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.01}),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
  const History history = model.fit(x, y, {.epochs = 400, .verbose = 0});
  CHECK(history["accuracy"].back() == 1.0);
}

TEST_CASE("data come in their own types", "[fit]") {
  std::vector<std::uint8_t> pixels(40 * 4);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  std::vector<std::int64_t> labels(40, 1);
  Sequential model({Input({2, 2}), Flatten(), Dense(3, "softmax")});
  model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
  const ArrayView images({40, 2, 2}, pixels.data());
  CHECK(model.fit(images, labels, {.verbose = 0})["loss"].size() == 1);
  CHECK(model.predict(images, {.verbose = 0}).shape() == Shape{40, 3});
  const std::vector<double> targets(40, 1.0);
  CHECK(model.evaluate(images, targets, {.verbose = 0}).contains("loss"));
}

TEST_CASE("predictions do not depend on how they are asked for", "[fit]") {
  const Problem data;
  Sequential model = classifier();
  const Tensor all = model.predict(data.x, {.batch_size = 40, .verbose = 0});
  CHECK(model.predict_on_batch(data.x) == all);
  CHECK(model.predict(data.x, {.batch_size = 40, .verbose = 0}) == all);
  const Tensor by_sevens = model.predict(data.x, {.batch_size = 7, .verbose = 0});
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(by_sevens.values()[i] == Approx(all.values()[i]).epsilon(1e-5));
  CHECK(model.predict(data.x, {.batch_size = 7, .verbose = 0, .steps = 2}).shape() == Shape{14, 4});
}

TEST_CASE("compiling again replaces the optimizer and keeps the weights", "[fit]") {
  const Problem data;
  Sequential model = classifier();
  model.fit(data.x, data.y, {.verbose = 0});
  const auto weights = model.get_weights();
  model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
  CHECK(model.get_weights() == weights);
  CHECK(model.evaluate(data.x, data.y, {.verbose = 0}).size() == 1);
}

TEST_CASE("a compiled model owns copies of what it was given", "[fit]") {
  const Problem data;
  optimizers::SGD sgd({.learning_rate = 0.1});
  Sequential model = classifier();
  model.compile({.optimizer = sgd, .loss = "sparse_categorical_crossentropy"});
  sgd.set_learning_rate(0);
  const auto before = model.get_weights();
  model.fit(data.x, data.y, {.verbose = 0});
  CHECK(!(model.get_weights() == before));
}

TEST_CASE("names of metrics in the logs", "[fit]") {
  const Problem data;
  Sequential model({Input({3}), Dense(4, "softmax")});
  const auto confidence = [](Node, Node y_pred) { return ops::max(y_pred, -1); };
  model.compile({.optimizer = "sgd",
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"ACC", "acc", "acc", confidence},
                 .weighted_metrics = {"acc", "sparse_categorical_crossentropy"}});
  std::vector<std::string> names;
  for (const auto& [name, value] : model.evaluate(data.x, data.y, {.verbose = 0}))
    names.push_back(name);
  CHECK(names == std::vector<std::string>{"loss", "ACC", "acc", "acc_1", "mean_metric_wrapper",
                                          "weighted_acc", "sparse_categorical_crossentropy"});
}

TEST_CASE("errors before training name what was got and wanted", "[fit][errors]") {
  const Problem data;
  Sequential model({Input({3}), Dense(4, "softmax")}, {.name = "net"});
  CHECK(message([&] { model.fit(data.x, data.y); }) ==
        "[fit] the model is not compiled: call compile() first");
  CHECK(message([&] { model.evaluate(data.x, data.y); }) ==
        "[evaluate] the model is not compiled: call compile() first");
  CHECK(message([&] { model.optimizer(); }) ==
        "[optimizer] the model is not compiled: call compile() first");
  model.compile({.optimizer = "adam"});
  CHECK(message([&] { model.fit(data.x, data.y); }) ==
        "[compute_loss] the model has no loss: compile it with one");
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"acc"}});
  const auto weights = model.get_weights();

  CHECK(message([&] {
          model.fit(Tensor::ones({40, 5}), data.y);
        }) == "[fit] samples have shape (5,), the model net wants (3,)");
  CHECK(message([&] {
          model.predict(Tensor::ones({40, 5}));
        }) == "[predict] samples have shape (5,), the model net wants (3,)");
  CHECK(message([&] { model.fit(data.x, Tensor::ones({39})); }) == "[fit] x has 40 rows, y has 39");
  CHECK(message([&] { model.fit(Tensor(), Tensor()); }) == "[fit] x holds no samples");
  CHECK(message([&] { model.fit(data.x, data.y, {.sample_weight = Tensor::ones({3})}); }) ==
        "[fit] sample_weight has 3 rows, x has 40");
  CHECK(message([&] { model.fit(data.x, data.y, {.batch_size = 0}); }) ==
        "[fit] batch_size is 0, wanted 1 or more");
  CHECK(message([&] { model.fit(data.x, data.y, {.verbose = 3}); }) ==
        "[fit] verbose is 3, wanted 0 (silent), 1 (progress bar) or 2 (one line per epoch)");
  CHECK(message([&] { model.fit(data.x, data.y, {.validation_split = 1}); }) ==
        "[fit] validation_split is 1, wanted 0 or more and below 1");
  CHECK(message([&] { model.fit(data.x, data.y, {.validation_split = 0.99}); }) ==
        "[fit] validation_split 0.99 of 40 rows leaves 0 to train on and 40 to validate on");
  CHECK(message([&] { model.fit(data.x, data.y, {.validation_freq = 0}); }) ==
        "[fit] validation_freq is 0, wanted 1 or more");
  CHECK(message([&] {
          model.fit(data.x, data.y,
                    {.class_weight = {{0, 1.0}}, .sample_weight = Tensor::ones({40})});
        }) == "[fit] class_weight and sample_weight cannot both be given");
  CHECK(model.get_weights() == weights);
}

TEST_CASE("an exception from a step lets go of the callbacks and leaves the model usable",
          "[fit][errors]") {
  struct Throws : Callback {
    void on_train_batch_end(int, Logs&) override { throw std::runtime_error("enough"); }
  };
  const Problem data;
  Sequential model = classifier();
  Throws throws;
  CHECK(message<std::runtime_error>([&] {
          model.fit(data.x, data.y, {.verbose = 0, .callbacks = {&throws}});
        }) == "enough");
  CHECK(message<std::logic_error>([&] { throws.model(); }) ==
        "[callback] model() exists during fit, evaluate and predict only");
  CHECK(model.fit(data.x, data.y, {.verbose = 0}).epoch.size() == 1);
}
