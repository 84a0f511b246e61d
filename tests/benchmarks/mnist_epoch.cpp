// The published MNIST epoch, and the same step written by hand on cblas_sgemm (floor.cpp), in
// turn, in one run:
//   mnist_epoch [threads] [epochs] [data folder] [dense]
// One line an epoch for each, then the medians and their ratio. With "dense" black pixels are 1,
// not 0: keratin then has no zeros to skip, as the floor never does.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>

#include "floor.hpp"

using namespace keratin;
using namespace keratin::layers;

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : utils::num_threads(),
            epochs = argc > 2 ? std::atoi(argv[2]) : 10;
  utils::set_num_threads(threads);
  utils::set_random_seed(1);
  auto [train, test] = datasets::mnist::load_data(argc > 3 ? argv[3] : "");
  const std::span<const std::uint8_t> all = train.x.values<std::uint8_t>();
  std::vector<std::uint8_t> no_zeros(all.begin(), all.end());
  std::replace(no_zeros.begin(), no_zeros.end(), std::uint8_t{0}, std::uint8_t{1});
  const std::uint8_t* pixels =
      argc > 4 && std::string(argv[4]) == "dense" ? no_zeros.data() : all.data();
  const ArrayView x(train.x.shape(), pixels);
  Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
  model.compile(
      {.optimizer = "adam", .loss = losses::SparseCategoricalCrossentropy(), .metrics = {"acc"}});
  Floor floor(pixels, train.y.values<std::uint8_t>().data(), 60000);

  std::vector<double> ours, theirs;
  const auto timed = [](const char* name, int threads, std::vector<double>& all, const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    all.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    std::printf("%s threads=%d seconds=%.4f\n", name, threads, all.back());
  };
  for (int epoch = 0; epoch < epochs; ++epoch) {
    timed("keratin", threads, ours,
          [&] { model.fit(x, train.y, {.batch_size = 256, .verbose = 0}); });
    timed("floor", threads, theirs, [&] { floor.epoch(); });
  }
  const auto median = [](std::vector<double> all) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2),
                     all.end());
    return all[all.size() / 2];
  };
  const double ratio = median(ours) / median(theirs);
  std::printf("median threads=%d keratin %.4f floor %.4f ratio %.3f\n", threads, median(ours),
              median(theirs), ratio);
}
