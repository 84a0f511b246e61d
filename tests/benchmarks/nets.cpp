// Nets beyond the published one, seconds per epoch of fit on MNIST, or on random ids for `embed`:
//   nets NET [threads] [epochs] [data folder]
// NET is lenet, convnet or embed. One line per epoch, then the median of all but the first.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace keratin;
using namespace keratin::layers;

namespace {

Sequential net(const std::string& name) {
  Sequential model({Input({28, 28}), Reshape({28, 28, 1}), Rescaling(1.0 / 255)});
  const auto add = [&](LayerHandle layer) { model.add(layer); };
  if (name == "lenet") {
    add(Conv2D(6, 5, {.padding = "same", .activation = "relu"}));
    add(MaxPooling2D());
    add(Conv2D(16, 5, {.activation = "relu"}));
    add(MaxPooling2D());
    add(Flatten());
    add(Dense(120, "relu"));
    add(Dense(84, "relu"));
  } else if (name == "convnet") {
    add(Conv2D(32, 3, {.activation = "relu"}));
    add(MaxPooling2D());
    add(Conv2D(64, 3, {.activation = "relu"}));
    add(MaxPooling2D());
    add(Flatten());
  } else {
    throw std::invalid_argument("there is no net '" + name + "': lenet, convnet or embed");
  }
  add(Dense(10, "softmax"));
  return model;
}

// What is trained, and on what: rows of 256 ids, their average, one probability.
struct Task {
  Sequential model;
  Array x, y;
  int batch_size;
};

Task embed() {
  constexpr std::size_t rows = 25000, steps = 256;
  constexpr int words = 10000;
  random::Generator generator(1);
  std::vector<std::int32_t> ids(rows * steps), labels(rows);
  for (std::int32_t& id : ids)
    id = std::min(words - 1, static_cast<int>(generator.uniform() * words));
  for (std::int32_t& label : labels) label = generator.uniform() < 0.5f;
  Task task{Sequential({Input({steps}), Embedding(words, 64), GlobalAveragePooling1D(),
                        Dense(16, "relu"), Dense(1)}),
            Array({rows, steps}, std::move(ids)), Array({rows}, std::move(labels)), 512};
  task.model.compile({.optimizer = "adam",
                      .loss = losses::BinaryCrossentropy({.from_logits = true}),
                      .metrics = {metrics::BinaryAccuracy({.threshold = 0})}});
  return task;
}

Task pictures(const std::string& name, const std::string& folder) {
  auto [train, test] = datasets::mnist::load_data(folder);
  Task task{net(name), std::move(train.x), std::move(train.y), 128};
  task.model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  return task;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "lenet";
  const int threads = argc > 2 ? std::atoi(argv[2]) : utils::num_threads();
  const int epochs = argc > 3 ? std::atoi(argv[3]) : 4;
  utils::set_num_threads(threads);
  utils::set_random_seed(1);
  Task task = name == "embed" ? embed() : pictures(name, argc > 4 ? argv[4] : "");
  std::vector<double> seconds;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const History history =
        task.model.fit(task.x, task.y, {.batch_size = task.batch_size, .verbose = 0});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    seconds.push_back(taken.count());
    std::printf("%s threads=%d seconds=%.3f loss=%.4f\n", name.c_str(), threads, seconds.back(),
                history["loss"].back());
  }
  std::sort(seconds.begin() + (epochs > 1), seconds.end());
  std::printf("median %s threads=%d seconds=%.3f\n", name.c_str(), threads,
              seconds[(seconds.size() + (epochs > 1)) / 2]);
}
