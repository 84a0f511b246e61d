// Trains the two-layer MNIST model and prints Keras's log; with --seeds, many times, and how well
// that repeats the published run.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <keratin/keratin.hpp>

#include "mnist_pictures.hpp"
#include "published_run.hpp"
#ifdef KERATIN_HAS_DISTRIBUTION
#include <keratin/distribution.hpp>
#endif

using namespace keratin;
using namespace keratin::layers;

namespace {

struct Settings {
  std::string data, pictures, model, resume;
  int epochs = 10, batch_size = 256, units = 84, threads = 0, verbose = 1, seeds = 0;
  std::string optimizer = "adam", loss = "sparse_categorical_crossentropy";
  std::optional<double> learning_rate;
  std::uint64_t seed = 0;
  bool distributed = false,
       reports = true;  // reports: prints and writes files, as one process does
};

struct Mnist {
  datasets::Split train, test;
};

History train(const Settings& settings, const Mnist& mnist, std::uint64_t seed, bool quiet) {
  utils::set_random_seed(seed);
  Sequential model(
      {Input({28, 28}), Flatten(), Dense(settings.units, "relu"), Dense(10, "softmax")});
  if (!quiet && settings.verbose > 0 && settings.reports) model.summary();
  model.compile(
      {.optimizer = settings.optimizer.c_str(), .loss = settings.loss.c_str(), .metrics = "acc"});
  if (settings.learning_rate) model.optimizer().set_learning_rate(*settings.learning_rate);
  callbacks::StopOnInterrupt interrupt;
  Callbacks taking_part{&interrupt};
  if (!settings.resume.empty()) taking_part.push_back(callbacks::BackupAndRestore(settings.resume));
  History history = model.fit(mnist.train.x, mnist.train.y,
                              {.batch_size = settings.batch_size,
                               .epochs = settings.epochs,
                               .verbose = quiet ? 0 : settings.verbose,
                               .callbacks = taking_part,
                               .validation_data = {mnist.test.x, mnist.test.y}});
  if (!settings.reports) return history;
  if (interrupt.interrupted() && !settings.resume.empty() && settings.verbose > 0)
    std::printf("Run again with --resume %s to go on.\n", settings.resume.c_str());
  if (!settings.model.empty()) {
    model.save(settings.model);
    if (settings.verbose > 0) std::printf("Model: saved to %s\n", settings.model.c_str());
  }
  if (!settings.pictures.empty()) {
    pictures::save(model, history, mnist.test, settings.pictures);
    if (settings.verbose > 0)
      std::printf("Pictures: history.svg, confusion.svg and mistakes.png in %s\n",
                  settings.pictures.c_str());
  }
  if (quiet && interrupt.interrupted())
    history.epoch.clear();  // an unfinished run belongs in no average
  return history;
}

// Prints each epoch's mean and standard deviation over the seeds beside the published figures.
int train_seeds(const Settings& settings, const Mnist& mnist) {
  std::vector<History> runs;
  for (int i = 0; i < settings.seeds; ++i) {
    const History run =
        train(settings, mnist, settings.seed + static_cast<std::uint64_t>(i), /*quiet=*/true);
    if (run.epoch.empty()) break;
    runs.push_back(run);
    std::fprintf(
        stderr, "seed %llu: loss %.4f acc %.4f val_loss %.4f val_acc %.4f (%d of %d)\n",
        static_cast<unsigned long long>(settings.seed) + static_cast<unsigned long long>(i),
        run["loss"].back(), run["acc"].back(), run["val_loss"].back(), run["val_acc"].back(), i + 1,
        settings.seeds);
  }
  if (runs.empty()) return 1;
  published::print_comparison(runs);
  return 0;
}

// Lets the processes that mpirun has started train together.
void begin_distributed(Settings& settings) {
#ifdef KERATIN_HAS_DISTRIBUTION
  distribution::initialize();
  distribution::set_distribution(distribution::DataParallel());
  settings.reports = distribution::rank() == 0;
#else
  (void)settings;
  throw std::runtime_error(
      "--distributed needs a keratin that was configured with -DKERATIN_MPI=ON");
#endif
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app(
      "Trains the published MNIST model: 784 pixels, a Dense layer with relu, ten classes with "
      "softmax. Without options it is the published run, figure for figure.");
  app.set_version_flag(
      "--version", [] { return to_string(utils::system_info()); },
      "Print keratin's version and what it runs on, for bug reports");
  app.option_defaults()->always_capture_default();
  app.add_option("--data", settings.data,
                 "Folder with the four IDX files, plain or .gz (default: the bundled MNIST)")
      ->type_name("DIR");
  app.add_option("--epochs", settings.epochs, "Passes over the training images")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--batch-size", settings.batch_size, "Images per step")
      ->check(CLI::Range(1, 60'000));
  app.add_option("--units", settings.units, "Width of the hidden layer")
      ->check(CLI::Range(1, 65'536));
  app.add_option("--optimizer", settings.optimizer, "adam, rmsprop or sgd")->type_name("NAME");
  app.add_option("--learning-rate", settings.learning_rate,
                 "Step size (default: the optimizer's own)")
      ->type_name("RATE")
      ->check(CLI::PositiveNumber);
  app.add_option("--loss", settings.loss, "A loss for class labels, by its Keras name")
      ->type_name("NAME");
  app.add_option("--seed", settings.seed, "The same seed gives the same run, bit for bit")
      ->type_name("N");
  app.add_option("--threads", settings.threads,
                 "Threads to use (default: all there are; the bits do not depend on it)")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
  app.add_option("--verbose", settings.verbose, "0 silent, 1 progress bar, 2 one line per epoch")
      ->check(CLI::Range(0, 2));
  app.add_option("--seeds", settings.seeds,
                 "Train this many seeds, from --seed on, and print mean and spread beside the "
                 "published run")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  app.add_flag("--distributed", settings.distributed,
               "Divide every batch among the processes that mpirun has started")
      ->excludes("--seeds");
  app.add_option("--resume", settings.resume,
                 "Keep the state of training in this folder, and go on from what an earlier run, "
                 "interrupted or killed, has left there")
      ->type_name("DIR")
      ->excludes("--seeds");
  app.add_option("--save", settings.model,
                 "Save the trained model here, for `keratin predict` and Keras; after Ctrl-C, too")
      ->type_name("FILE.keras")
      ->check([](const std::string& path) {
        return path.ends_with(".keras") ? "" : "'" + path + "' does not end in .keras";
      })
      ->excludes("--seeds");
  app.add_option("--plot", settings.pictures,
                 "Leave the learning curves, the confusion matrix of the test images and the "
                 "surest mistakes in this folder (needs gnuplot)")
      ->type_name("DIR")
      ->excludes("--seeds")
      ->excludes("--distributed");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    std::fprintf(stderr, "mnist_train: %s (see --help)\n", error.what());
    return 1;
  }
  try {
    if (settings.distributed) begin_distributed(settings);
    if (settings.threads > 0) utils::set_num_threads(settings.threads);
    if (!settings.pictures.empty()) pictures::make_folder(settings.pictures);
    const std::filesystem::path folder = std::filesystem::path(settings.model).parent_path();
    if (!folder.empty()) pictures::make_folder(folder.string());
    auto [train_data, test_data] = datasets::mnist::load_data(settings.data);
    const Mnist mnist{std::move(train_data), std::move(test_data)};
    if (settings.seeds > 0) return train_seeds(settings, mnist);
    train(settings, mnist, settings.seed, /*quiet=*/false);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mnist_train: %s\n", error.what());
    return 1;
  }
}
