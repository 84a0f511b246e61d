// Nets beyond the published one, in seconds per epoch of fit:
//   nets NET [THREADS] [EPOCHS] [FOLDER] [ROWS]
// NET is lenet, convnet or bnmlp on the MNIST of FOLDER, or embed on random ids. With ROWS, fit
// sees as many rows of the data, and its time is scaled to that of all. Prints a line per epoch,
// then the median of all but the first. The same nets in other libraries: peers/nets_*.py.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace keratin;
using namespace keratin::layers;

namespace {

// What is trained, and on what.
struct Task {
  Sequential model;
  Array x, y;
  int batch_size;
};

void add_layers(Sequential& model, const std::string& name) {
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
    add(Dropout(0.5));
  } else if (name == "bnmlp") {
    add(Flatten());
    add(Dense(512));
    add(BatchNormalization());
    add(ReLU());
    add(Dropout(0.2));
    add(Dense(512));
    add(BatchNormalization());
    add(ReLU());
  } else {
    throw std::invalid_argument("there is no net '" + name + "': lenet, convnet, bnmlp or embed");
  }
}

Task pictures(const std::string& name, const std::string& folder) {
  Sequential model({Input({28, 28}), Reshape({28, 28, 1}), Rescaling(1.0 / 255)});
  add_layers(model, name);
  model.add(Dense(10, "softmax"));
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  auto [train, test] = datasets::mnist::load_data(folder);
  return {std::move(model), std::move(train.x), std::move(train.y), 128};
}

// Rows of 256 ids, their average, one probability.
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

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "lenet";
  const int threads = argc > 2 ? std::atoi(argv[2]) : utils::num_threads();
  const int epochs = argc > 3 ? std::max(1, std::atoi(argv[3])) : 4;
  utils::set_num_threads(threads);
  utils::set_random_seed(1);
  Task task = name == "embed" ? embed() : pictures(name, argc > 4 ? argv[4] : "");
  const std::size_t all = task.x.shape()[0];
  const std::size_t rows = argc > 5 ? std::min<std::size_t>(all, std::stoul(argv[5])) : all;
  std::vector<double> times;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const History history =
        task.model.fit(ArrayView(task.x).slice(0, rows), ArrayView(task.y).slice(0, rows),
                       {.batch_size = task.batch_size, .verbose = 0});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    times.push_back(taken.count() * static_cast<double>(all) / static_cast<double>(rows));
    std::printf("keratin threads=%d seconds=%.4f loss=%.4f\n", threads, times.back(),
                history["loss"].back());
  }
  std::sort(times.begin() + (epochs > 1), times.end());
  std::printf("median: %.4f\n", times[(times.size() + (epochs > 1)) / 2]);
}
