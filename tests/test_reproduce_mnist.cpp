// The published MNIST run, against TF-Keras 2.9.3's own spread over 32 seeds. `mnist_train --seeds
// 32` shows all of it.

#include <cmath>
#include <keratin/keratin.hpp>

#include "../apps/published_run.hpp"
#include "support/catch.hpp"

using namespace keratin;
using namespace keratin::layers;

TEST_CASE("the published MNIST run is reproduced", "[reproduce]") {
  const auto [train, test] = datasets::mnist::load_data(KERATIN_DATA_DIR "/mnist");
  std::vector<History> runs;
  for (std::uint64_t seed : {1, 2, 3, 4, 5}) {
    utils::set_random_seed(seed);
    Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
    model.compile(
        {.optimizer = "adam", .loss = losses::SparseCategoricalCrossentropy(), .metrics = "acc"});
    runs.push_back(model.fit(
        train.x, train.y,
        {.batch_size = 256, .epochs = 10, .verbose = 0, .validation_data = {test.x, test.y}}));
    CHECK(runs.back().params.steps == 235);
  }
  const double few = std::sqrt(1.0 / static_cast<double>(runs.size()) +
                               1.0 / published::keras_runs);  // of two means of one spread
  for (std::size_t column = 0; column < 4; ++column)
    for (std::size_t epoch = 0; epoch < 10; ++epoch) {
      const published::Cell& keras = published::run[epoch][column];
      INFO(published::columns[column] << " of epoch " << epoch + 1);
      CHECK(std::abs(published::spread(runs, published::columns[column], epoch).mean -
                     keras.mean) <= 3.5 * few * keras.sd);
      CHECK(std::abs(runs[0][published::columns[column]][epoch] - keras.mean) <= 4 * keras.sd);
    }
}
