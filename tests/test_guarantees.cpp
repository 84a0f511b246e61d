// What training promises besides numbers: the same bits on any number of threads, no allocation
// after the first step, and models that do not disturb each other.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <keratin/keratin.hpp>
#include <thread>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/threads.hpp"

using namespace keratin;
using namespace keratin::layers;

namespace {

Tensor waves(const Shape& shape) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (std::size_t i = 0; i < tensor.size(); ++i)
    tensor.values()[i] = std::sin(0.37f * static_cast<float>(i % 9973));
  return tensor;
}

Tensor classes(std::size_t rows) {
  Tensor tensor = Tensor::uninitialized({rows});
  for (std::size_t i = 0; i < rows; ++i) tensor.values()[i] = static_cast<float>(i * 7 % 10);
  return tensor;
}

// FNV-1a over the bits of every weight.
std::uint64_t hash(const Sequential& model) {
  std::uint64_t bits = 14695981039346656037u;
  for (const Tensor& weight : model.get_weights())
    for (float value : weight.values()) {
      std::uint32_t word;
      std::memcpy(&word, &value, sizeof word);
      bits = (bits ^ word) * 1099511628211u;
    }
  return bits;
}

// Large enough that every product is cut into tiles, with a short last batch.
std::uint64_t trained(const OptimizerHandle& optimizer, const char* activation, const Tensor& x,
                      const Tensor& y) {
  utils::set_random_seed(3);
  Sequential model(
      {Input({300}), Dense(300, activation), Dense(200, "relu"), Dense(10, "softmax")});
  model.compile(
      {.optimizer = optimizer, .loss = "sparse_categorical_crossentropy", .metrics = {"acc"}});
  model.fit(x, y, {.batch_size = 256, .epochs = 2, .verbose = 0, .validation_split = 0.1});
  return hash(model);
}

}  // namespace

TEST_CASE("weights have the same bits on 1, 2, 3 and 4 threads, for every optimizer",
          "[guarantees]") {
  const test::ThreadsRestored restored;
  const Tensor x = waves({1000, 300}), y = classes(1000);
  const OptimizerHandle optimizers[] = {"adam",
                                        "rmsprop",
                                        "sgd",
                                        optimizers::SGD({.momentum = 0.9, .nesterov = true}),
                                        optimizers::Adam({.amsgrad = true, .global_clipnorm = 0.5}),
                                        optimizers::RMSprop({.momentum = 0.5, .centered = true})};
  for (const OptimizerHandle& optimizer : optimizers)
    for (const char* activation : {"relu", "tanh", "gelu"}) {
      utils::set_num_threads(1);
      const std::uint64_t want = trained(optimizer, activation, x, y);
      for (int threads : {1, 2, 3, 4}) {
        utils::set_num_threads(threads);
        CHECK(trained(optimizer, activation, x, y) == want);
      }
    }
}

TEST_CASE("MNIST weights have the same bits on any number of threads", "[guarantees]") {
  const test::ThreadsRestored restored;
  const auto [train, test] = datasets::mnist::load_data(KERATIN_DATA_DIR "/mnist");
  std::uint64_t want = 0;
  for (int threads : {1, 2, 3, 4, 1}) {
    utils::set_num_threads(threads);
    utils::set_random_seed(1);
    Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
    model.compile(
        {.optimizer = "adam", .loss = losses::SparseCategoricalCrossentropy(), .metrics = "acc"});
    model.fit(train.x, train.y,
              {.batch_size = 256, .epochs = 1, .verbose = 0, .validation_data = {test.x, test.y}});
    if (want == 0) want = hash(model);
    CHECK(hash(model) == want);
  }
}

TEST_CASE("a step allocates nothing of size after the first", "[guarantees]") {
  struct Counts : Callback {
    std::size_t large = 0;
    int steps = 0;
    void on_train_batch_end(int, Logs&) override {
      if (++steps == 2) before = test::allocations().large;
      large = test::allocations().large - before;
    }
    std::size_t before = 0;
  };
  for (const bool zeros : {false, true}) {  // products with many zeros take another way
    Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
    model.compile(
        {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"acc"}});
    Tensor x = waves({1000, 28, 28});
    for (std::size_t i = 0; zeros && i < x.size(); ++i)
      if (i % 5 > 0) x.values()[i] = 0;
    Counts counts;
    model.fit(x, classes(1000),
              {.batch_size = 96, .epochs = 1, .verbose = 0, .callbacks = {&counts}});
    CHECK(counts.steps == 11);
    CHECK(counts.large == 0);
  }
}

namespace {

// As a program would write it.
class HandmadeDropout : public Layer {
 public:
  explicit HandmadeDropout(double rate) : Layer("dropout"), keep_(static_cast<float>(1 - rate)) {}
  Shape build(const Shape& input) override {
    random_ = &add_seed_generator();
    return input;
  }
  Node call(Node x, bool training) override {
    if (!training) return x;
    return x * x.tape().make(x.shape(), [&](Tensor& mask) {
      random::Generator generator = random_->take(mask.size());
      for (float& value : mask.values()) value = generator.uniform() < keep_ ? 1 / keep_ : 0;
    });
  }

 private:
  float keep_;
  random::SeedGenerator* random_ = nullptr;
};

}  // namespace

TEST_CASE("a layer of one's own may draw a mask in each step without allocating", "[guarantees]") {
  utils::set_random_seed(4);
  Sequential model({Input({300}), HandmadeDropout(0.4), Dense(10)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensor x = Tensor::ones({64, 300}), y = Tensor::zeros({64, 10});
  model.train_on_batch(x, y);
  model.train_on_batch(x, y);
  CHECK(test::allocations_of([&] { model.train_on_batch(x, y); }).large == 0);
  CHECK(model.predict(x, {.verbose = 0}) == model.predict(x, {.verbose = 0}));

  GradientTape tape;  // the share of zeros, and that no two steps have the same ones
  HandmadeDropout dropout(0.4);
  tape.begin();
  const Tensor first = dropout(tape.constant(x), true).value();
  tape.begin();
  const Tensor second = dropout(tape.constant(x), true).value();
  CHECK_FALSE(first == second);
  const auto zeros = std::count(first.values().begin(), first.values().end(), 0.0f);
  CHECK(static_cast<double>(zeros) / static_cast<double>(first.size()) == Approx(0.4).margin(0.02));
}

TEST_CASE("predicting a row allocates the result and nothing of size besides", "[guarantees]") {
  Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
  const Tensor x = waves({1, 28, 28});
  model.predict_on_batch(x);
  const std::size_t before = test::allocations().large;
  for (int i = 0; i < 10; ++i) model.predict_on_batch(x);
  CHECK(test::allocations().large == before);
}

TEST_CASE("models train and predict in several threads at once as they would alone",
          "[guarantees]") {
  const test::ThreadsRestored restored;
  utils::set_num_threads(2);
  const Tensor x = waves({600, 64}), y = classes(600);
  utils::set_random_seed(9);
  std::vector<Sequential> models, alone;
  for (auto* group : {&models, &alone}) {
    for (int i = 0; i < 3; ++i)
      group->push_back(Sequential({Input({64}), Dense(128, "relu"), Dense(10, "softmax")}));
    for (Sequential& model : *group)
      model.compile(
          {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"acc"}});
  }
  for (int i = 0; i < 3; ++i) alone[i].set_weights(models[i].get_weights());
  Sequential reader({Input({64}), Dense(128, "tanh"), Dense(10)});
  const Tensor want = reader.predict(x, {.verbose = 0});

  const auto fit = [&](Sequential& model) {
    model.fit(x, y, {.batch_size = 64, .epochs = 4, .verbose = 0, .shuffle = false});
  };
  bool same = true;
  std::vector<std::thread> threads;
  for (Sequential& model : models) threads.emplace_back([&] { fit(model); });
  std::atomic<bool> done = false;
  std::atomic<int> different = 0;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!done) different += !(reader.predict(x, {.verbose = 0}) == want);
    });
  for (int i = 0; i < 3; ++i) threads[i].join();
  done = true;
  for (int i = 3; i < 5; ++i) threads[i].join();
  for (int i = 0; i < 3; ++i) {
    fit(alone[i]);
    same = same && alone[i].get_weights() == models[i].get_weights();
  }
  CHECK(same);
  CHECK(different == 0);
}
