// Trains on a file that need not fit into memory: it is read line by line, again in each epoch.
//   stream [ROWS]
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

namespace {

/// Sensor readings, and what they mean, as somebody's program may have left them.
void write_readings(const std::string& path, long rows) {
  std::ofstream file(path);
  file << "a,b,c,d,e,f,target\n";
  random::Generator generator(1);
  for (long row = 0; row < rows; ++row) {
    double x[6];
    for (double& value : x) {
      value = generator.uniform(-1, 1);
      file << value << ',';
    }
    file << std::sin(3 * x[0]) + x[1] * x[2] - std::abs(x[3]) + generator.normal(0, 0.05) << '\n';
  }
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace

int main(int argc, char** argv) {
  const long rows = argc > 1 ? std::atol(argv[1]) : 3'000'000;
  utils::set_random_seed(1);
  const std::string path = "readings.csv";
  write_readings(path, rows);

  const Dataset readings =
      Dataset::from_csv(path, {.x = {"a", "b", "c", "d", "e", "f"}, .y = {"target"}});
  const Dataset test = readings.take(rows / 100).batch(1000);
  const Dataset train =
      readings.skip(rows / 100).shuffle({.buffer_size = 10000}).batch(256).prefetch(4);

  Sequential model({Input({6}), Dense(32, "tanh"), Dense(32, "tanh"), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  model.fit(train, {.verbose = 2});
  const double error = std::sqrt(model.evaluate(test, {.verbose = 0})["loss"]);
  std::printf(
      "A file of %.0f MB was read in %.0f MB of memory; predictions are wrong by %.2f, of "
      "which the noise makes 0.05.\n",
      static_cast<double>(std::filesystem::file_size(path)) / 1e6, peak_megabytes(), error);

  // What it has learned of the first column: target - b c + |d| = sin(3 a).
  plot::Curve learned{.name = "learned"}, truth{.name = "sin(3 a)", .dashed = true};
  for (int i = 0; i <= 100; ++i) {
    const double a = i / 50.0 - 1;
    truth.x.push_back(a);
    truth.y.push_back(std::sin(3 * a));
    learned.y.push_back(model.predict_on_batch(Tensor{{a, 0, 0, 0, 0, 0}}).item());
  }
  learned.x = truth.x;
  if (plot::available())
    plot::curve({truth, learned}, "stream.svg", {.x_label = "a"});
  else
    std::puts("No picture: there is no gnuplot.");
  std::filesystem::remove(path);
}
