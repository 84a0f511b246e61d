// killed_run DATA FOLDER: a run for kills.sh, which goes on from the backup in FOLDER if there is
// one. Prints a hash of the final weights.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <keratin/keratin.hpp>

using namespace keratin;
using namespace keratin::layers;
using namespace keratin::callbacks;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = argv[2];
  utils::set_random_seed(9);
  auto [train, test] = datasets::mnist::load_data(argv[1]);
  Sequential model({Input({28, 28}), Rescaling(1.0 / 255), Flatten(), Dense(32),
                    BatchNormalization(), ReLU(), Dropout(0.3), Dense(10)});
  model.compile({.optimizer = optimizers::Nadam({.learning_rate = 2e-3, .use_ema = true}),
                 .loss = losses::SparseCategoricalCrossentropy({.from_logits = true}),
                 .metrics = {"accuracy"}});
  model.fit(train.x, train.y,
            {.batch_size = 256,
             .epochs = 3,
             .verbose = 0,
             .callbacks = {BackupAndRestore(folder + "/backup",
                                            {.save_freq = 20, .delete_checkpoint = false}),
                           ModelCheckpoint(folder + "/{epoch}.keras", {.save_best_only = true}),
                           ModelCheckpoint(folder + "/batch.weights.h5",
                                           {.save_weights_only = true, .save_freq = 20}),
                           EarlyStopping({.patience = 2, .restore_best_weights = true}),
                           CSVLogger(folder + "/log.csv", {.append = true})},
             .validation_data = {test.x, test.y}});
  std::uint64_t hash = 1469598103934665603u;  // FNV-1a
  for (const Tensor& weights : model.get_weights())
    for (const float value : weights.values()) {
      std::uint32_t bits = 0;
      std::memcpy(&bits, &value, sizeof bits);
      hash = (hash ^ bits) * 1099511628211u;
    }
  std::printf("%016llx\n", static_cast<unsigned long long>(hash));
}
