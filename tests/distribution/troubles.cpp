// troubles CASE [FOLDER]: what happens when processes are not alike, fail or are killed.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <keratin/distribution.hpp>
#include <keratin/keratin.hpp>
#include <limits>
#include <string_view>

using namespace keratin;
using namespace keratin::layers;

namespace {

Tensor numbers(const Shape& shape, std::uint64_t seed) {
  Tensor tensor = Tensor::uninitialized(shape);
  random::Generator generator(seed);
  for (float& value : tensor.values()) value = generator.normal();
  return tensor;
}

unsigned long long hash_of(const Model& model) {
  unsigned long long hash = 1469598103934665603u;  // FNV-1a
  for (const Tensor& weights : model.get_weights())
    for (const float value : weights.values()) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, sizeof bits);
      hash = (hash ^ bits) * 1099511628211u;
    }
  return hash;
}

struct ThrowIn : Callback {
  bool here;
  explicit ThrowIn(bool throws) : here(throws) {}
  void on_train_batch_end(int batch, Logs&) override {
    if (here && batch == 2) throw std::runtime_error("a callback has had enough");
  }
};

struct KillIn : Callback {
  int epoch;
  explicit KillIn(int last) : epoch(last) {}
  void on_train_batch_end(int batch, Logs&) override {
    if (epoch == 0 && batch == 3 && distribution::rank() == 1) std::raise(SIGKILL);
  }
  void on_epoch_end(int, Logs&) override { --epoch; }
};

struct StopIn : Callback {
  void on_train_batch_end(int batch, Logs&) override {
    if (distribution::rank() == 1 && batch == 5) model().stop_training = true;
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const std::string folder = argc > 2 ? argv[2] : "";
  distribution::initialize(&argc, &argv);
  const bool other = distribution::rank() == 1;
  const bool shards = what == "shards";
  distribution::set_distribution(distribution::DataParallel({.auto_shard_dataset = !shards}));
  if (what == "exit" && other) return 3;
  utils::set_random_seed(what == "seed" && other ? 8 : 7);

  const std::size_t rows = what == "data" && other ? 150 : 203;
  Tensor x = numbers({rows, 6}, 1), y = Tensor::zeros({rows});
  for (std::size_t i = 0; i < rows; ++i) y.data()[i] = x.data()[i * 6] > 0 ? 1 : 0;
  if (what == "nan" && other)
    for (float& value : x.values()) value = std::numeric_limits<float>::quiet_NaN();
  const int units = what == "model" && other ? 9 : 8;
  Sequential model({Input({6}), Dense(units, "relu"), BatchNormalization(), Dense(1, "sigmoid")});
  model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});

  Callbacks callbacks;
  if (what == "exception") callbacks.push_back(ThrowIn(other));
  if (what == "exceptions") callbacks.push_back(ThrowIn(true));
  if (what == "killed") callbacks.push_back(KillIn(0));
  if (what == "stop") callbacks.push_back(StopIn());
  if (what == "nan") callbacks.push_back(callbacks::TerminateOnNaN());
  if (what == "backup-killed" || what == "backup") {
    callbacks.push_back(callbacks::BackupAndRestore(folder + "/backup", {.save_freq = 3}));
    callbacks.push_back(callbacks::CSVLogger(folder + "/log.csv", {.append = true}));
    callbacks.push_back(callbacks::ModelCheckpoint(folder + "/{epoch}.keras"));
    callbacks.push_back(callbacks::TensorBoard({.log_dir = folder + "/events"}));
    callbacks.push_back(KillIn(what == "backup-killed" ? 1 : 100));
  }
  FitOptions options{.batch_size = 40, .epochs = 3, .verbose = 2, .callbacks = callbacks};
  try {
    History history;
    if (what == "shards") {
      // Of unequal length: process 0 has 3 batches of 7 rows, the next 6, then 9 ...
      const long batches = 3 * (distribution::rank() + 1);
      const Dataset data = Dataset::from_tensor_slices(x, y).take(7 * batches - 2).batch(7);
      history = model.fit(data, {.epochs = 2, .verbose = 2, .validation_data = data});
      std::printf("predicted %zu\n", model.predict(data, {.verbose = 0}).shape().front());
    } else {
      history = model.fit(x, y, options);
    }
    for (const auto& [name, values] : history.history)
      for (const double value : values)
        if (distribution::rank() == 0) std::printf("%s %.9g\n", name.c_str(), value);
    std::printf("process %d has %016llx\n", distribution::rank(), hash_of(model));
  } catch (const std::exception& error) {
    std::printf("process %d caught: %s\n", distribution::rank(), error.what());
    return 4;
  }
}
