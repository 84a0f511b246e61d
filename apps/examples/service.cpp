// A service that answers requests while it goes on learning: one thread trains, and after each
// epoch hands over a copy of the model, which other threads predict with.
//   service [EPOCHS [IMAGES]]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>
#include <thread>

using namespace keratin;
using namespace keratin::layers;

namespace {

Sequential make_model() {
  return Sequential(
      {Input({28, 28}), Rescaling(1.0 / 255), Flatten(), Dense(128, "relu"), Dense(10, "softmax")});
}

}  // namespace

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 10;
  const std::size_t images = argc > 2 ? std::stoul(argv[2]) : 60000;
  utils::set_random_seed(1);
  const datasets::TrainTest mnist = datasets::mnist::load_data();
  // The model that answers is never changed, only replaced.
  std::atomic<std::shared_ptr<Sequential>> served = std::make_shared<Sequential>(make_model());
  std::atomic<bool> training = true;

  std::thread trainer([&] {
    Sequential model = make_model();
    model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
    callbacks::LambdaCallback hand_over({.on_epoch_end = [&](int, Logs&) {
      auto copy = std::make_shared<Sequential>(make_model());
      copy->set_weights(model.get_weights());
      served = std::move(copy);
    }});
    model.fit(ArrayView(mnist.train.x).slice(0, images), ArrayView(mnist.train.y).slice(0, images),
              {.batch_size = 64, .epochs = epochs, .verbose = 0, .callbacks = {&hand_over}});
    training = false;
  });

  // Requests, one after the other: an image each.
  std::vector<double> microseconds, accuracy;
  const auto labels = mnist.test.y.values<std::uint8_t>();
  int right = 0;
  for (std::size_t request = 0; training || request % 1000 != 0; ++request) {
    const std::size_t row = request % labels.size();
    const auto start = std::chrono::steady_clock::now();
    const Tensor answer = served.load()->predict_on_batch(ArrayView(mnist.test.x).slice(row, 1));
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    microseconds.push_back(time.count());
    const auto best = std::max_element(answer.values().begin(), answer.values().end());
    right += best - answer.values().begin() == labels[row];
    if (request % 1000 == 999) accuracy.push_back(std::exchange(right, 0) / 1000.0);
  }
  trainer.join();

  std::sort(microseconds.begin(), microseconds.end());
  const std::size_t count = microseconds.size();
  std::printf(
      "%zu requests were answered while the model trained: of the first 1000 %.1f %% right, "
      "of the last %.1f %%; p50 %.0f us, p99 %.0f us.\n",
      count, 100 * accuracy.front(), 100 * accuracy.back(), microseconds[count / 2],
      microseconds[count * 99 / 100]);
  plot::Curve curve{.y = accuracy};
  for (std::size_t i = 1; i <= accuracy.size(); ++i) curve.x.push_back(static_cast<double>(i));
  if (plot::available())
    plot::curve({curve}, "service.svg", {.x_label = "thousand requests", .y_label = "accuracy"});
  else
    std::puts("No picture: there is no gnuplot.");
}
