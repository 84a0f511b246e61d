// A run that is interrupted and started again ends with the bits of one that was not.
#ifdef KERATIN_HAS_KERAS_FILES

#include <csignal>
#include <filesystem>
#include <fstream>
#include <keratin/keratin.hpp>
#include <sstream>

#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace keratin;
using namespace keratin::layers;
using namespace keratin::callbacks;
using namespace keratin::test;

namespace {

struct Killed {};

// Ends the program's run after so many batches: as a kill does, as far as fit is concerned, in the
// middle of a batch's hooks, or as Ctrl-C.
struct End {
  int batches = 1000000;  // never
  bool by_interrupt = false;
};
class EndAfter : public Callback {
 public:
  explicit EndAfter(End end) : end_(end) {}
  void on_train_batch_end(int, Logs&) override {
    if (end_.batches-- != 0) return;
    if (!end_.by_interrupt) throw Killed();
    std::raise(SIGINT);
  }

 private:
  End end_;
};

const Tensor& inputs() {
  static const Tensor x = [] {
    random::Generator generator(5);
    Tensor values = Tensor::zeros({50, 4});
    for (float& value : values.values()) value = generator.uniform();
    return values;
  }();
  return x;
}

const Tensor& targets() {
  static const Tensor y = [] {
    Tensor values = Tensor::zeros({50, 1});
    for (std::size_t i = 0; i < 50; ++i)
      values.values()[i] = inputs().values()[4 * i] > 0.5f ? 1.0f : 0.0f;
    return values;
  }();
  return y;
}

struct Result {
  std::vector<Tensor> weights;
  std::string history, log;
};

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A program's run from its start, in a folder that a killed one may have left.
Result run(const std::string& folder, SaveFreq save_freq, End end, bool from_dataset) {
  std::filesystem::create_directories(folder);
  utils::set_random_seed(11);
  Sequential model(
      {Input({4}), Dense(6), BatchNormalization(), ReLU(), Dropout(0.3), Dense(1, "sigmoid")});
  model.compile({.optimizer = optimizers::AdamW({.learning_rate = 0.02, .use_ema = true}),
                 .loss = "binary_crossentropy",
                 .metrics = {"accuracy", metrics::AUC({.num_thresholds = 20, .name = "auc"}),
                             metrics::F1Score({.average = "micro", .threshold = 0.5})}});
  FitOptions options{
      .epochs = 4,
      .verbose = 0,
      .callbacks = {BackupAndRestore(folder + "/backup",
                                     {.save_freq = save_freq, .delete_checkpoint = false}),
                    ReduceLROnPlateau({.factor = 0.5, .patience = 1}),
                    EarlyStopping({.patience = 3, .restore_best_weights = true}),
                    CSVLogger(folder + "/log.csv", {.append = true}), EndAfter(end),
                    StopOnInterrupt()}};
  History history;
  if (from_dataset) {
    options.validation_data = Dataset::from_tensor_slices(inputs(), targets()).batch(20);
    history = model.fit(Dataset::from_tensor_slices(inputs(), targets())
                            .shuffle({.buffer_size = 20, .seed = 3})
                            .batch(7)
                            .prefetch(2),
                        options);
  } else {
    options.batch_size = 7;
    options.validation_data = {inputs(), targets()};
    history = model.fit(inputs(), targets(), options);
  }
  history.to_json(folder + "/history.json");
  return {model.get_weights(), contents(folder + "/history.json"), contents(folder + "/log.csv")};
}

const End never;

void check_resumed(SaveFreq save_freq, int kill_after, bool from_dataset, const Result& wanted) {
  CAPTURE(kill_after, from_dataset);
  const Folder folder;
  const std::string work = folder / "run";
  CHECK_THROWS_AS(run(work, save_freq, {kill_after}, from_dataset), Killed);
  CHECK_THROWS_AS(run(work, save_freq, {0}, from_dataset), Killed);  // and once more
  const Result resumed = run(work, save_freq, never, from_dataset);
  CHECK(resumed.weights == wanted.weights);
  CHECK(resumed.history == wanted.history);
  CHECK(resumed.log == wanted.log);
}

}  // namespace

TEST_CASE("a killed run goes on and ends with the same bits", "[saving][resume]") {
  for (const bool from_dataset : {false, true}) {
    const Folder folder;
    const Result wanted = run(folder / "run", "epoch", never, from_dataset);
    CHECK(contents(folder / "run/log.csv").find("\r\n3,") != std::string::npos);
    for (const int kill_after : {3, 7, 8, 9, 20, 29})
      check_resumed("epoch", kill_after, from_dataset, wanted);
    for (const int kill_after : {4, 5, 8, 13, 17, 31})
      check_resumed(3, kill_after, from_dataset, wanted);
    // Started again after its end, it changes nothing.
    CHECK(run(folder / "run", "epoch", never, from_dataset).weights == wanted.weights);
  }
}

TEST_CASE("a run that Ctrl-C ended goes on and ends with the same bits", "[saving][resume]") {
  const Folder folder;
  const Result wanted = run(folder / "whole", "epoch", never, false);
  for (const int batches : {0, 6, 7, 8, 20, 31}) {
    CAPTURE(batches);
    const std::string work = folder / std::to_string(batches);
    run(work, "epoch", {batches, /*by_interrupt=*/true}, false);
    const Result resumed = run(work, "epoch", never, false);
    CHECK(resumed.weights == wanted.weights);
    CHECK(resumed.history == wanted.history);
    CHECK(resumed.log == wanted.log);
  }
}

TEST_CASE("an interrupted run keeps the backup that its end would remove", "[saving][resume]") {
  const Folder folder;
  const auto fit = [&](End end) {
    utils::set_random_seed(2);
    Sequential model({Input({4}), Dense(1)});
    model.compile({.optimizer = "adam", .loss = "mse"});
    model.fit(
        inputs(), targets(),
        {.epochs = 2,
         .verbose = 0,
         .callbacks = {BackupAndRestore(folder / "backup"), EndAfter(end), StopOnInterrupt()}});
    return model.get_weights();
  };
  const auto wanted = fit(never);
  CHECK_FALSE(std::filesystem::exists(folder / "backup"));
  fit({1, /*by_interrupt=*/true});
  CHECK(std::filesystem::exists(folder / "backup/training_state.safetensors"));
  CHECK(fit(never) == wanted);
  CHECK_FALSE(std::filesystem::exists(folder / "backup"));
}

TEST_CASE("a backup of another run is refused, and a damaged one", "[saving][resume]") {
  const Folder folder;
  CHECK_THROWS_AS(run(folder / "run", 3, {10}, false), Killed);
  const std::string file = folder / "run/backup/training_state.safetensors";
  const auto fit = [&](int units, int batch_size) {
    Sequential model({Input({4}), Dense(units), Dense(1)});
    model.compile({.optimizer = "adam", .loss = "mse"});
    model.fit(inputs(), targets(),
              {.batch_size = batch_size,
               .verbose = 0,
               .callbacks = {BackupAndRestore(folder / "run/backup")}});
  };
  CHECK(
      folder.refusal<std::invalid_argument>([&] { fit(6, 10); }) ==
      "[BackupAndRestore] cannot resume from 'run/backup': [fit] the saved state is of other data: "
      "there were 8 batches. Remove the folder to train from the start");
  CHECK(folder.refusal<std::invalid_argument>([&] { fit(6, 7); })
            .find("it is of another model or optimizer") != std::string::npos);
  const std::string bytes = contents(file);
  folder.file("run/backup/training_state.safetensors", bytes.substr(0, bytes.size() / 2));
  CHECK_THROWS_AS(fit(6, 7), std::runtime_error);
  CHECK(contents(file).size() == bytes.size() / 2);  // it is still there
  std::filesystem::remove(file);
  fit(6, 7);
  CHECK_FALSE(std::filesystem::exists(folder / "run/backup"));  // deleted when training has ended
}

#endif
