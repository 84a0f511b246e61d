// Nets beyond the published one, seconds per epoch of fit on MNIST:
//   nets NET [threads] [epochs] [data folder]
// NET is lenet or convnet. One line per epoch, then the median of all but the first.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <string>
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
    throw std::invalid_argument("there is no net '" + name + "': lenet or convnet");
  }
  add(Dense(10, "softmax"));
  return model;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "lenet";
  const int threads = argc > 2 ? std::atoi(argv[2]) : utils::num_threads();
  const int epochs = argc > 3 ? std::atoi(argv[3]) : 4;
  utils::set_num_threads(threads);
  utils::set_random_seed(1);
  auto [train, test] = datasets::mnist::load_data(argc > 4 ? argv[4] : "");
  Sequential model = net(name);
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  std::vector<double> seconds;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const History history = model.fit(train.x, train.y, {.batch_size = 128, .verbose = 0});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    seconds.push_back(taken.count());
    std::printf("%s threads=%d seconds=%.3f loss=%.4f\n", name.c_str(), threads, seconds.back(),
                history["loss"].back());
  }
  std::sort(seconds.begin() + (epochs > 1), seconds.end());
  std::printf("median %s threads=%d seconds=%.3f\n", name.c_str(), threads,
              seconds[(seconds.size() + (epochs > 1)) / 2]);
}
