// fit, evaluate and predict on a Dataset.

#include <keratin/keratin.hpp>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using keratin::test::message;

namespace {

Tensor waves(const Shape& shape) {
  Tensor tensor = Tensor::zeros(shape);
  for (std::size_t i = 0; i < tensor.size(); ++i)
    tensor.values()[i] = std::sin(static_cast<float>(i));
  return tensor;
}

const Tensor x = waves({20, 3}), y = waves({20, 1});

Sequential compiled() {
  utils::set_random_seed(5);
  Sequential model({Input({3}), Dense(4, "tanh"), Dense(1)}, {.name = "net"});
  model.compile({.optimizer = "adam", .loss = "mse", .metrics = {"mae"}});
  return model;
}

}  // namespace

TEST_CASE("a Dataset trains as the arrays it is made of", "[fit][dataset]") {
  Sequential from_arrays = compiled();
  const History wanted = from_arrays.fit(
      x, y, {.batch_size = 6, .epochs = 3, .verbose = 0, .validation_data = {x, y}});
  Sequential from_dataset = compiled();
  const Dataset rows = Dataset::from_tensor_slices(x, y);
  const History got =
      from_dataset.fit(rows.shuffle({.buffer_size = 20}).batch(6),
                       {.epochs = 3, .verbose = 0, .validation_data = rows.batch(6)});
  CHECK(from_dataset.get_weights() == from_arrays.get_weights());
  for (const char* name : {"loss", "mae", "val_loss", "val_mae"}) CHECK(got[name] == wanted[name]);
  CHECK(got.params.steps == 4);
  CHECK(from_dataset.evaluate(rows.batch(6), {.verbose = 0})["mae"] ==
        from_arrays.evaluate(x, y, {.batch_size = 6, .verbose = 0})["mae"]);
  CHECK(from_dataset.predict(rows.batch(7), {.verbose = 0}) ==
        from_arrays.predict(x, {.batch_size = 7, .verbose = 0}));
}

TEST_CASE("a Dataset of unknown length ends when it ends", "[fit][dataset]") {
  const Dataset some = Dataset::from_tensor_slices(x, y)
                           .filter([](const Batch& sample) { return sample.y.values()[0] > 0; })
                           .batch(4);
  CHECK_FALSE(some.size());
  std::size_t positive = 0;
  for (float value : y.values()) positive += value > 0;
  Sequential model({Dense(1)});  // built by the first batch
  model.compile({.optimizer = "sgd", .loss = "mse"});
  int batches = 0;
  struct Count : Callback {
    int* batches;
    explicit Count(int& batches) : batches(&batches) {}
    void on_train_batch_end(int, Logs&) override { ++*batches; }
  } count(batches);
  const History history = model.fit(some, {.epochs = 2, .verbose = 0, .callbacks = {&count}});
  CHECK(batches == 2 * static_cast<int>((positive + 3) / 4));
  CHECK(history.params.steps == 0);  // not known
  CHECK(model.predict(some, {.verbose = 0}).shape() == Shape{positive, 1});
}

TEST_CASE("an endless Dataset needs steps, and goes on in the next epoch", "[fit][dataset]") {
  float next = 0;
  const Dataset endless = Dataset::from_generator([&](Batch& sample) {
                            sample.x = Tensor::full({3}, next);
                            sample.y = Tensor::full({1}, next++);
                            return true;
                          })
                              .batch(2)
                              .repeat();
  Sequential model = compiled();
  CHECK(message([&] { model.fit(endless, {.verbose = 0}); }) ==
        "[fit] the Dataset has no end: say how many steps_per_epoch there are");
  CHECK(message([&] { model.evaluate(endless, {.verbose = 0}); }) ==
        "[evaluate] the Dataset has no end: say how many steps there are");
  next = 0;
  model.fit(endless, {.epochs = 3, .verbose = 0, .steps_per_epoch = 2});
  CHECK(next >= 12);
  CHECK(model.predict(endless, {.verbose = 0, .steps = 3}).shape() == Shape{6, 1});
}

TEST_CASE("class weights weigh the batches of a Dataset", "[fit][dataset]") {
  Tensor labels = Tensor::zeros({20});
  for (std::size_t i = 0; i < 20; ++i) labels.values()[i] = static_cast<float>(i % 2);
  const auto run = [&](const auto& fit) {
    utils::set_random_seed(5);
    Sequential model({Input({3}), Dense(2, "softmax")});
    model.compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
    fit(model);
    return model.get_weights();
  };
  const std::map<int, double> weights = {{0, 3.0}, {1, 0.5}};
  const auto wanted = run([&](Sequential& model) {
    model.fit(x, labels,
              {.batch_size = 5, .verbose = 0, .shuffle = false, .class_weight = weights});
  });
  const auto got = run([&](Sequential& model) {
    model.fit(Dataset::from_tensor_slices(x, labels).batch(5),
              {.verbose = 0, .class_weight = weights});
  });
  CHECK(got == wanted);
}

TEST_CASE("what is said of a Dataset twice, or not at all, is refused", "[fit][dataset]") {
  Sequential model = compiled();
  const Dataset rows = Dataset::from_tensor_slices(x, y);
  CHECK(message([&] { model.fit(rows, {.verbose = 0}); }) ==
        "[fit] got a Dataset of single samples: call batch() on it");
  CHECK(message([&] { model.fit(rows.batch(2), {.batch_size = 2}); }) ==
        "[fit] batch_size is for arrays: let the Dataset do that");
  CHECK(message([&] { model.fit(Dataset::from_tensor_slices(x).batch(2), {.verbose = 0}); }) ==
        "[fit] the Dataset has no targets");
  CHECK(message([&] {
          model.fit(Dataset::from_tensor_slices(waves({4, 2}), waves({4, 1})).batch(2), {});
        }) == "[fit] samples have shape (2,), the model net wants (3,)");
  CHECK(message<std::runtime_error>([&] {
          model.fit(rows.map([](Batch&) { throw std::runtime_error("broken"); }).batch(2),
                    {.verbose = 0});
        }) == "broken");
}

TEST_CASE("what a generator throws reaches the caller of fit", "[fit][dataset]") {
  const Dataset broken = Dataset::from_generator([row = 0](Batch& sample) mutable {
    if (row == 5) throw std::runtime_error("sample 5 is unreadable");
    sample.x = Tensor::full({3}, static_cast<float>(row));
    sample.y = Tensor::full({1}, static_cast<float>(row++));
    return true;
  });
  const Dataset batches = broken.batch(2);
  for (const Dataset& data : {batches, batches.prefetch(2), broken.prefetch(4).batch(2),
                              broken.shuffle({.buffer_size = 2}).batch(2).prefetch(1)}) {
    Sequential model = compiled();
    const std::vector<Tensor> before = model.get_weights();
    CHECK(message<std::runtime_error>([&] { model.fit(data, {.epochs = 2, .verbose = 0}); }) ==
          "sample 5 is unreadable");
    CHECK(!(model.get_weights() == before));  // the steps before it have been taken
    const Dataset sound = Dataset::from_tensor_slices(x, y).batch(5);
    CHECK(model.fit(sound, {.verbose = 0}).epoch.size() == 1);
    CHECK(message<std::runtime_error>([&] { model.evaluate(data, {.verbose = 0}); }) ==
          "sample 5 is unreadable");
  }
}

TEST_CASE("fit warns of a validation tail with one class", "[fit]") {
  const auto warnings = [](const ArrayView& labels, double split) {
    std::vector<std::string> all;
    const auto before =
        utils::set_warning_handler([&](std::string_view text) { all.emplace_back(text); });
    Sequential model({Input({3}), Dense(labels.row_size(), "softmax")});
    model.compile({.loss = "mse"});
    model.fit(x, labels, {.verbose = 0, .validation_split = split});
    utils::set_warning_handler(before);
    return all;
  };
  Tensor sorted = Tensor::zeros({20, 1});
  for (std::size_t i = 12; i < 20; ++i) sorted.values()[i] = 1;
  CHECK(warnings(sorted, 0.25) ==
        std::vector<std::string>{
            "[fit] validation_split takes the last 5 of 20 rows as they are, and all of them have "
            "the same target 1: shuffle the rows first, or use utils::train_test_split"});
  CHECK(warnings(utils::to_categorical(sorted), 0.25) ==
        std::vector<std::string>{
            "[fit] validation_split takes the last 5 of 20 rows as they are, and all of them have "
            "the same target: shuffle the rows first, or use utils::train_test_split"});
  CHECK(warnings(sorted, 0.5).empty());                 // two classes
  CHECK(warnings(Tensor::ones({20, 1}), 0.5).empty());  // there is only one
  CHECK(warnings(sorted, 0).empty());
}
