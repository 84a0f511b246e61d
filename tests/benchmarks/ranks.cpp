// ranks SIZES BATCH STEPS: trains on random pictures, 784 values of which a fifth is not 0, and
// prints the milliseconds of a step, the median over ten epochs of so many steps. SIZES are the
// widths of the layers, such as 84-10. Alone, or with the processes that mpirun has started.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <keratin/distribution.hpp>
#include <keratin/keratin.hpp>
#include <sstream>

using namespace keratin;
using namespace keratin::layers;

namespace {

struct EpochTimes : Callback {
  std::vector<double>& seconds;
  std::chrono::steady_clock::time_point start = {};
  explicit EpochTimes(std::vector<double>& times) : seconds(times) {}
  void on_epoch_begin(int, Logs&) override { start = std::chrono::steady_clock::now(); }
  void on_epoch_end(int, Logs&) override {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    seconds.push_back(time.count());
  }
};

}  // namespace

int main(int argc, char** argv) {
  distribution::initialize(&argc, &argv);
  if (argc != 4) return 2;
  distribution::set_distribution(distribution::DataParallel());
  utils::set_random_seed(1);
  std::vector<int> widths;
  std::istringstream sizes(argv[1]);
  for (std::string width; std::getline(sizes, width, '-');) widths.push_back(std::stoi(width));
  const int batch = std::atoi(argv[2]), steps = std::atoi(argv[3]);

  const auto rows = static_cast<std::size_t>(batch * steps);
  Tensor x = Tensor::zeros({rows, 784}), y = Tensor::zeros({rows});
  random::Generator generator(2);
  for (float& value : x.values()) value = generator.uniform() < 0.2f ? generator.uniform() : 0;
  for (float& label : y.values()) label = static_cast<float>(generator.bounded(10));

  Sequential model({Input({784})});
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) model.add(Dense(widths[i], "relu"));
  model.add(Dense(widths.back(), "softmax"));
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = "acc"});
  std::vector<double> seconds;
  model.fit(x, y,
            {.batch_size = batch, .epochs = 11, .verbose = 0, .callbacks = {EpochTimes(seconds)}});
  seconds.erase(seconds.begin());  // it allocates
  std::sort(seconds.begin(), seconds.end());
  if (distribution::rank() == 0) std::printf("%.4f\n", 1000 * seconds[seconds.size() / 2] / steps);
}
