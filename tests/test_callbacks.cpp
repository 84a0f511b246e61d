// The callbacks that come with the library, against recorded runs of Keras.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <keratin/keratin.hpp>
#include <limits>
#include <map>

#include "callbacks/path_fields.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/message.hpp"
#include "support/small_net.hpp"

using namespace keratin;
using namespace keratin::callbacks;
using keratin::test::GoldenCase;
using keratin::test::message;
using keratin::test::SmallNet;
using keratin::test::unquoted;

namespace {

std::vector<GoldenCase> cases_of(const std::string& callback) {
  std::vector<GoldenCase> cases;
  for (GoldenCase& golden : test::read_golden("callbacks"))
    if (golden.text("callback") == callback) cases.push_back(std::move(golden));
  REQUIRE(!cases.empty());
  return cases;
}

// Keeps what is written to stdout as long as it lives.
class Stdout {
 public:
  Stdout() {
    std::fflush(stdout);
    dup2(fileno(file_), STDOUT_FILENO);
  }
  ~Stdout() {
    std::fflush(stdout);
    dup2(before_, STDOUT_FILENO);
    close(before_);
    std::fclose(file_);
  }
  std::string text() {
    std::fflush(stdout);
    std::rewind(file_);
    std::string text;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text += static_cast<char>(c);
    return text;
  }

 private:
  std::FILE* file_ = std::tmpfile();
  int before_ = dup(STDOUT_FILENO);
};

// One weight, trained on four rows of 0 in batches of one.
struct Run {
  Sequential model{{layers::Input({1}), layers::Dense(1, {.use_bias = false})}};
  Tensor x = Tensor::zeros({4, 1});
  History history = {};
  std::string printed = {};

  Run() {
    model.compile({.optimizer = optimizers::SGD({.learning_rate = 0.1}),
                   .loss = "mse",
                   .metrics = {"mae", "accuracy"}});
  }
  void fit(int epochs, Callbacks callbacks) {
    Stdout written;
    history = model.fit(x, Tensor::zeros({4, 1}),
                        {.batch_size = 1,
                         .epochs = epochs,
                         .verbose = 0,
                         .callbacks = callbacks,
                         .shuffle = false});
    printed = written.text();
  }
  // Logs a series as `monitor`, and gives the weight the number of the epoch, counted from 1.
  LambdaCallback feed(const std::string& monitor, const std::vector<double>& series) {
    return LambdaCallback({.on_epoch_end = [this, monitor, series](int epoch, Logs& logs) {
      logs[monitor] = series.at(static_cast<std::size_t>(epoch));
      model.set_weights({Tensor::full({1, 1}, static_cast<float>(epoch + 1))});
    }});
  }
};

void check_rates(const GoldenCase& golden, const History& history) {
  const std::vector<double>& rates = history["learning_rate"];
  const Tensor& wanted = golden.tensor("rates");
  REQUIRE(rates.size() == wanted.size());
  for (std::size_t i = 0; i < rates.size(); ++i) {
    INFO("epoch " << i);
    CHECK(rates[i] == static_cast<double>(wanted.values()[i]));
  }
}

// Runs a case of a callback that monitors a series, up to comparing what it did.
template <class Monitoring, class Options>
Run run_of_series(const GoldenCase& golden) {
  const auto options = test::options_of<Options>(golden, {"callback", "series", "printed"});
  const std::vector<double> series = golden.numbers("series");
  Run run;
  Monitoring callback(options);
  run.fit(static_cast<int>(series.size()), {run.feed(options.monitor, series), &callback});
  CHECK(run.printed == unquoted(golden.text("printed")));
  CHECK(run.history.epoch.size() == static_cast<std::size_t>(golden.tensor("epochs").item()));
  CHECK(run.model.get_weights()[0].item() == golden.tensor("weight").item());
  return run;
}

}  // namespace

TEST_CASE("EarlyStopping stops and restores in Keras's epochs", "[callbacks][golden]") {
  for (const GoldenCase& golden : cases_of("EarlyStopping")) {
    INFO(golden.name);
    run_of_series<EarlyStopping, EarlyStoppingOptions>(golden);
  }
}

TEST_CASE("ReduceLROnPlateau reduces in Keras's epochs", "[callbacks][golden]") {
  for (const GoldenCase& golden : cases_of("ReduceLROnPlateau")) {
    INFO(golden.name);
    const Run run = run_of_series<ReduceLROnPlateau, ReduceLROnPlateauOptions>(golden);
    check_rates(golden, run.history);
  }
}

TEST_CASE("LearningRateScheduler sets and prints Keras's rates", "[callbacks][golden]") {
  const auto by_epoch = [](int epoch) { return 0.1 / (epoch + 1); };
  const auto by_rate = [](int epoch, double rate) { return epoch > 1 ? rate * 0.5 : rate; };
  for (const GoldenCase& golden : cases_of("LearningRateScheduler")) {
    INFO(golden.name);
    Run run;
    if (golden.text("schedule") == "by_epoch")
      run.fit(5, {LearningRateScheduler(by_epoch, {.verbose = 1})});
    else
      run.fit(5, {LearningRateScheduler(by_rate, {.verbose = 1})});
    CHECK(run.printed == unquoted(golden.text("printed")));
    check_rates(golden, run.history);
  }
}

TEST_CASE("CSVLogger writes Keras's bytes", "[callbacks][golden]") {
  const test::Folder folder;
  for (const GoldenCase& golden : cases_of("CSVLogger")) {
    INFO(golden.name);
    const std::string path = folder / golden.name;
    if (golden.has("before")) folder.file(golden.name, unquoted(golden.text("before")));
    CSVLogger logger(
        path, {.separator = unquoted(golden.text("separator")), .append = golden.flag("append")});
    Logs none;
    logger.on_train_begin(none);
    const std::vector<std::string> names = golden.list("names");
    for (int epoch = 0; golden.has("epoch_" + std::to_string(epoch)); ++epoch) {
      const std::vector<std::string> values = golden.list("epoch_" + std::to_string(epoch));
      REQUIRE(values.size() == names.size());
      Logs logs;
      for (std::size_t i = 0; i < names.size(); ++i)
        if (values[i] != "none") logs[unquoted(names[i])] = std::stod(values[i]);
      logger.on_epoch_end(epoch, logs);
    }
    std::ifstream file(path, std::ios::binary);  // not closed by the logger: each line is there
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == unquoted(golden.text("file")));
    logger.on_train_end(none);
  }
}

TEST_CASE("TerminateOnNaN stops after Keras's batch", "[callbacks][golden]") {
  for (const GoldenCase& golden : cases_of("TerminateOnNaN")) {
    INFO(golden.name);
    Run run;
    run.x = golden.tensor("x").reshaped({4, 1});
    run.model.set_weights({Tensor::full({1, 1}, 0.5f)});
    run.fit(2, {TerminateOnNaN()});
    const std::string wanted = unquoted(golden.text("printed"));
    const std::string where = "The first values that were not finite: the inputs\n";
    CHECK(run.printed == (wanted.empty() ? "" : wanted + where));
    CHECK(run.history.epoch.size() == static_cast<std::size_t>(golden.tensor("epochs").item()));
  }
}

TEST_CASE("TerminateOnNaN names the first layer whose output is not finite", "[callbacks]") {
  using layers::Dense;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const Tensor x = Tensor::ones({4, 2}), y = Tensor::zeros({4, 2});
  // Weights of the three layers, and what the callback says.
  const auto said = [&](float first, float second, float third, float target) {
    Sequential base(
        {layers::Input({2}), layers::Flatten(), Dense(2, {.use_bias = false, .name = "second"})},
        {.name = "base"});
    Sequential model({layers::Input({2}), Dense(2, {.use_bias = false, .name = "first"}),
                      std::move(base), Dense(2, {.use_bias = false, .name = "third"})});
    model.compile({.optimizer = "sgd", .loss = "mse"});
    model.set_weights(
        {Tensor::full({2, 2}, first), Tensor::full({2, 2}, second), Tensor::full({2, 2}, third)});
    return message<std::runtime_error>([&] {
      model.fit(x, Tensor::full({4, 2}, target),
                {.verbose = 0, .callbacks = {TerminateOnNaN({.raise_error = true})}});
    });
  };
  const std::string end = " after batch 0; the first values that were not finite: ";
  CHECK(said(1, 1, 1, 0) == "no error");
  CHECK(said(infinity, 1, 1, 0) == "[TerminateOnNaN] the loss is inf" + end + "layer first");
  CHECK(said(1, infinity, 1, 0) == "[TerminateOnNaN] the loss is inf" + end + "layer base/second");
  CHECK(said(1e30f, 1e30f, 1, 0) == "[TerminateOnNaN] the loss is inf" + end + "layer base/second");
  CHECK(said(1, 1, infinity, 0) == "[TerminateOnNaN] the loss is inf" + end + "layer third");
  CHECK(said(1, 1, 1, infinity) == "[TerminateOnNaN] the loss is inf" + end + "the loss");
}

#ifdef KERATIN_HAS_KERAS_FILES

namespace {

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder).string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string without(std::string text, const std::string& part) {
  for (std::size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
  return text;
}

}  // namespace

TEST_CASE("ModelCheckpoint saves when Keras does, under the same names", "[callbacks][golden]") {
  int runs = 0;
  for (const GoldenCase& golden : test::read_golden("checkpoints")) {
    if (!golden.has("path")) continue;
    INFO(golden.name);
    ModelCheckpointOptions options{.monitor = golden.text("monitor", "val_loss"),
                                   .verbose = golden.integer("verbose"),
                                   .save_best_only = golden.flag("save_best_only"),
                                   .save_weights_only = golden.flag("save_weights_only"),
                                   .mode = golden.text("mode", "auto")};
    if (golden.has("batches")) options.save_freq = golden.integer("batches");
    if (golden.has("initial_value_threshold"))
      options.initial_value_threshold = golden.number("initial_value_threshold");
    const test::Folder folder;
    const std::string start = folder.path.string() + "/";
    ModelCheckpoint callback(start + unquoted(golden.text("path")), options);
    const std::vector<double> series = golden.numbers("series");
    Run run;
    run.model.set_weights({Tensor::full({1, 1}, 1)});
    Callbacks callbacks = {&callback};
    if (!series.empty()) callbacks = {run.feed(options.monitor, series), &callback};
    run.fit(golden.integer("epochs"), callbacks);
    CHECK(without(run.printed, start) == unquoted(golden.text("printed")));
    std::vector<std::string> files = golden.list("files");
    for (std::string& file : files) file = unquoted(file);
    CHECK(files_in(folder.path) == files);
    ++runs;
  }
  CHECK(runs == 13);
}

TEST_CASE("what ModelCheckpoint saves can be loaded", "[callbacks]") {
  const test::Folder folder;
  Run run;
  run.fit(2, {run.feed("val_loss", {0.5, 0.25}),
              ModelCheckpoint(folder / "a/{epoch}.safetensors", {.save_weights_only = true}),
              ModelCheckpoint(folder / "b/c/{epoch:02d}-{val_loss:.2f}.keras")});
  CHECK(saving::load_model(folder / "b/c/02-0.25.keras").get_weights()[0].item() == 2);
  run.model.load_weights(folder / "a/1.safetensors");
  CHECK(run.model.get_weights()[0].item() == 1);
  // A callback goes on with the best value of an earlier fit.
  ModelCheckpoint best(folder / "best.keras", {.save_best_only = true});
  run.fit(1, {run.feed("val_loss", {0.5}), &best});
  run.fit(2, {run.feed("val_loss", {0.7, 0.4}), &best});
  CHECK(best.best() == 0.4);
  // Without the value it saves.
  run.fit(1, {ModelCheckpoint(folder / "any.keras", {.save_best_only = true})});
  CHECK(std::filesystem::exists(folder / "any.keras"));
}

TEST_CASE("ModelCheckpoint reports files that cannot be written", "[callbacks]") {
  const test::Folder folder;
  folder.file("file", "");
  folder.file("old.keras/x", "");  // a folder in the file's place
  const auto refusal = [&](const std::string& path) {
    Run run;
    return folder.refusal<std::runtime_error>(
        [&] { run.fit(1, {ModelCheckpoint(folder / path)}); });
  };
  CHECK(refusal("file/x.keras") ==
        "[ModelCheckpoint] cannot make the folder 'file': Not a directory");
  CHECK(refusal("old.keras") == "[save] cannot write 'old.keras': Is a directory");
  CHECK(files_in(folder.path) == std::vector<std::string>{"file", "old.keras/x"});
}

TEST_CASE("files of batches have the model of their batch", "[callbacks]") {
  const test::Folder folder;
  Run run;
  run.model.set_weights({Tensor::full({1, 1}, 1)});
  run.x = Tensor::full({4, 1}, 1);
  std::vector<float> after_batches;
  run.fit(2, {ModelCheckpoint(folder / "{epoch}-{batch}.keras", {.save_freq = 1}),
              ModelCheckpoint(folder / "{epoch}-{batch}.weights.h5",
                              {.save_weights_only = true, .save_freq = 1}),
              ModelCheckpoint(folder / "{epoch}-{batch}.safetensors",
                              {.save_weights_only = true, .save_freq = 3}),
              LambdaCallback({.on_epoch_end =
                                  [&](int epoch, Logs&) {
                                    const std::string last = concat(epoch + 1, "-4");
                                    CHECK(std::filesystem::exists(folder / (last + ".keras")));
                                  },
                              .on_train_batch_end =
                                  [&](int, Logs&) {
                                    after_batches.push_back(run.model.get_weights()[0].item());
                                  }})});
  const auto weight_in = [&](const std::string& name) {
    run.model.load_weights(folder / name);
    return run.model.get_weights()[0].item();
  };
  for (int step = 0; step < 8; ++step) {
    const std::string name = concat(step / 4 + 1, '-', step % 4 + 1);
    const float wanted = after_batches[static_cast<std::size_t>(step)];
    CHECK(weight_in(name + ".keras") == wanted);
    CHECK(run.model.optimizer().calls() == step + 1);
    CHECK(weight_in(name + ".weights.h5") == wanted);
    if (step % 3 == 2) CHECK(weight_in(name + ".safetensors") == wanted);
  }
  CHECK(after_batches[0] != after_batches[7]);
}

TEST_CASE("the files of batches are there when an exception ends the fit", "[callbacks]") {
  const test::Folder folder;
  Run run;
  CHECK_THROWS_WITH(run.fit(1, {ModelCheckpoint(folder / "{batch}.keras", {.save_freq = 1}),
                                LambdaCallback({.on_train_batch_end =
                                                    [](int batch, Logs&) {
                                                      if (batch == 1)
                                                        throw std::logic_error("enough");
                                                    }})}),
                    "enough");
  CHECK(files_in(folder.path) == std::vector<std::string>{"1.keras", "2.keras"});
  // A file that cannot be written ends the fit itself.
  folder.file("old.keras/x", "");
  CHECK(folder.refusal([&] {
    run.fit(1, {ModelCheckpoint(folder / "old.keras", {.save_freq = 4})});
  }) == "[save] cannot write 'old.keras': Is a directory");
}

TEST_CASE("ModelCheckpoint refuses paths and fields that it cannot write", "[callbacks]") {
  const auto refusal = [](const std::string& path, const ModelCheckpointOptions& options = {}) {
    return without(message([&] { ModelCheckpoint(path, options); }), "[ModelCheckpoint] ");
  };
  CHECK(refusal("x.h5") ==
        "got the path 'x.h5', wanted one that ends in .keras, or save_weights_only");
  CHECK(refusal("x.keras", {.save_weights_only = true}) ==
        "got the path 'x.keras', with save_weights_only wanted one that ends in .weights.h5 or "
        ".safetensors");
  CHECK(refusal("{{{epoch}}}.keras") == "no error");
  CHECK(refusal("{batch}.keras") ==
        "the path '{batch}.keras' has the field 'batch', which needs a save_freq in batches");
  CHECK(refusal("{batch}.keras", {.save_freq = 2}) == "no error");
  for (const char* path : {"{epoch.keras", "{epoch{x}}.keras"})
    CHECK(refusal(path) == "the path '" + std::string(path) +
                               "' has a '{' without its partner; write '{{' for the character "
                               "itself");
  CHECK(refusal("epoch}.keras") ==
        "the path 'epoch}.keras' has a '}' without its partner; write '}}' for the character "
        "itself");
  for (const char* field : {"{}", "{:d}", "{epoch!r}", "{logs[loss]}", "{logs.loss}"})
    CHECK(refusal(field + std::string(".keras")) ==
          "the path has '" + std::string(field) + "', wanted {name} or {name:format}");
  for (const char* format : {"x", ".2", "2.", ".", "<4", "+d", "999", ".99f", ".2d", "dd", "4,d",
                             "99999999999999999999d"})
    CHECK(refusal("{epoch:" + std::string(format) + "}.keras") ==
          "the path's field 'epoch' has the format '" + std::string(format) +
              "', wanted [0][width][.digits]type with a type of d, f, e or g and at most 40 "
              "characters");
  CHECK(refusal("{loss:d}.keras") ==
        "the path's field 'loss' has the format 'd', wanted [0][width][.digits]type with a type of "
        "f, e or g and at most 40 characters");
  Run run;
  CHECK(message([&] { run.fit(1, {ModelCheckpoint("{epoch}-{val_acc:.2f}.keras")}); }) ==
        "[ModelCheckpoint] the path '{epoch}-{val_acc:.2f}.keras' has the field 'val_acc', there "
        "are epoch, loss, mae, accuracy");
  CHECK(message([] { SaveFreq("batch"); }) ==
        "[save_freq] got 'batch', wanted 'epoch' or a number of batches");
  CHECK(message([] { SaveFreq(0); }) == "[save_freq] got 0, wanted 'epoch' or 1 batch or more");
}

#endif

TEST_CASE("fields of paths are written as Python does", "[callbacks][golden]") {
  int formats = 0;
  for (const GoldenCase& golden : test::read_golden("checkpoints")) {
    if (!golden.has("spec")) continue;
    INFO(golden.name);
    const bool whole = golden.has("whole");
    const std::string spec = unquoted(golden.text("spec"));
    const std::vector<double> values = golden.numbers(whole ? "whole" : "floats");
    const std::vector<std::string> texts = golden.list("texts");
    REQUIRE(values.size() == texts.size());
    const std::string field = whole ? "epoch" : "loss";
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto parts = parse_path("test", "a{" + field + (spec.empty() ? "" : ":") + spec + "}");
      CHECK(formatted(values[i], whole, parts[0].format) == unquoted(texts[i]));
    }
    ++formats;
  }
  CHECK(formats == 39);
}

TEST_CASE("LambdaCallback calls the function of each hook", "[callbacks]") {
  std::string order;
  const auto hook = [&](const std::string& name) {
    return [&order, name](Logs&) { order += name + ' '; };
  };
  const auto numbered = [&](const std::string& name) {
    return [&order, name](int number, Logs&) { order += name + std::to_string(number) + ' '; };
  };
  LambdaCallback all({.on_epoch_begin = numbered("(epoch"),
                      .on_epoch_end = numbered("epoch)"),
                      .on_train_begin = hook("(train"),
                      .on_train_end = hook("train)"),
                      .on_train_batch_begin = numbered("(batch"),
                      .on_train_batch_end = numbered("batch)"),
                      .on_test_begin = hook("(test"),
                      .on_test_end = hook("test)"),
                      .on_test_batch_begin = numbered("(test_batch"),
                      .on_test_batch_end = numbered("test_batch)"),
                      .on_predict_begin = hook("(predict"),
                      .on_predict_end = hook("predict)"),
                      .on_predict_batch_begin = numbered("(predict_batch"),
                      .on_predict_batch_end = numbered("predict_batch)")});
  Run run;
  const Tensor y = Tensor::zeros({4, 1});
  run.model.fit(
      run.x, y,
      {.batch_size = 2, .verbose = 0, .callbacks = {&all}, .validation_data = {run.x, y}});
  CHECK(order ==
        "(train (epoch0 (batch0 batch)0 (batch1 batch)1 (test (test_batch0 test_batch)0 "
        "(test_batch1 test_batch)1 test) epoch)0 train) ");
  order.clear();
  run.model.predict(run.x, {.verbose = 0, .callbacks = {&all}});
  CHECK(order == "(predict (predict_batch0 predict_batch)0 predict) ");
  run.fit(1, {LambdaCallback({})});
}

namespace {

// Notes the hooks that it gets, with the number and the names that are logged.
class Noted : public Callback {
 public:
  Noted(std::string name, std::vector<std::string>& notes)
      : name_(std::move(name)), notes_(notes) {}
  void on_train_begin(Logs& logs) override { begin("train_begin", logs); }
  void on_train_end(Logs& logs) override { note("train_end", logs); }
  void on_epoch_begin(int epoch, Logs& logs) override { begin("epoch_begin", logs, epoch); }
  void on_epoch_end(int epoch, Logs& logs) override { note("epoch_end", logs, epoch); }
  void on_train_batch_begin(int batch, Logs& logs) override {
    begin("train_batch_begin", logs, batch);
  }
  void on_train_batch_end(int batch, Logs& logs) override { note("train_batch_end", logs, batch); }
  void on_test_begin(Logs& logs) override { begin("test_begin", logs); }
  void on_test_end(Logs& logs) override { note("test_end", logs); }
  void on_test_batch_begin(int batch, Logs& logs) override {
    begin("test_batch_begin", logs, batch);
  }
  void on_test_batch_end(int batch, Logs& logs) override { note("test_batch_end", logs, batch); }
  void on_predict_begin(Logs& logs) override { begin("predict_begin", logs); }
  void on_predict_end(Logs& logs) override { note("predict_end", logs); }
  void on_predict_batch_begin(int batch, Logs& logs) override {
    begin("predict_batch_begin", logs, batch);
  }
  void on_predict_batch_end(int batch, Logs& logs) override {
    note("predict_batch_end", logs, batch);
  }

 private:
  void note(const std::string& hook, const Logs& logs, int number = -1) {
    std::string text = name_ + " on_" + hook;
    if (number >= 0) text += concat(' ', number);
    std::vector<std::string> names;  // in alphabetical order, as Keras logs them
    for (const auto& log : logs) names.push_back(log.first);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) text += ' ' + name;
    notes_.push_back(text);
  }
  void begin(const std::string& hook, const Logs& logs, int number = -1) {
    note(hook, logs, number);
    notes_.back() += concat(" epochs=", params().epochs, " steps=", params().steps);
  }

  std::string name_;
  std::vector<std::string>& notes_;
};

void check_same(const Tensor& value, const Tensor& wanted, const std::string& what) {
  INFO(what);
  REQUIRE(value.size() == wanted.size());
  for (std::size_t i = 0; i < value.size(); ++i)
    CHECK(value.values()[i] == Approx(wanted.values()[i]).margin(2e-6).epsilon(1e-5));
}

}  // namespace

TEST_CASE("hooks come in Keras's order, with its logs", "[callbacks][golden]") {
  SmallNet net(optimizers::SGD({.learning_rate = 0.1}));
  const auto before = utils::set_warning_handler([](std::string_view) {});  // no val_loss
  for (const GoldenCase& golden : cases_of("hooks")) {
    INFO(golden.name);
    std::vector<std::string> notes;
    const Callbacks given = {Noted("first", notes), ReduceLROnPlateau(), Noted("second", notes)};
    const std::string& call = golden.text("call");
    const ArrayView rows = ArrayView(net.x).slice(0, 6), targets = ArrayView(net.y).slice(0, 6);
    if (call == "fit")
      net.model.fit(net.x, net.y,
                    {.batch_size = 4,
                     .epochs = 2,
                     .verbose = 0,
                     .callbacks = given,
                     .validation_data = {rows, targets},
                     .validation_freq = 2});
    else if (call == "evaluate")
      net.model.evaluate(net.x, net.y, {.batch_size = 4, .verbose = 0, .callbacks = given});
    else
      net.model.predict(net.x, {.batch_size = 4, .verbose = 0, .callbacks = given});
    std::vector<std::string> wanted;
    for (const std::string& hook : golden.list("hooks")) wanted.push_back(unquoted(hook));
    CHECK(notes == wanted);
  }
  utils::set_warning_handler(before);
}

TEST_CASE("SwapEMAWeights evaluates with Keras's averages", "[callbacks][golden]") {
  for (const GoldenCase& golden : cases_of("SwapEMAWeights")) {
    INFO(golden.name);
    SmallNet net(optimizers::SGD({.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.5}));
    std::map<std::string, std::vector<Tensor>> seen;  // the first weight, by hook
    const auto note = [&](const std::string& hook) {
      seen[hook].push_back(net.model.get_weights()[0]);
    };
    SwapEMAWeights swap({.swap_on_epoch = golden.flag("swap_on_epoch")});
    LambdaCallback notes({.on_epoch_end = [&](int, Logs&) { note("epoch_end"); },
                          .on_train_batch_begin = [&](int, Logs&) { note("train_batch_begin"); },
                          .on_test_begin = [&](Logs&) { note("test_begin"); },
                          .on_predict_begin = [&](Logs&) { note("predict_begin"); }});
    const History history = net.fit(3, {&swap, &notes});
    const std::vector<Tensor> fitted = net.model.get_weights();
    const std::vector<Tensor> final_weights = golden.tensors_numbered("final_");
    for (std::size_t i = 0; i < fitted.size(); ++i)
      check_same(fitted[i], final_weights[i], "final");
    for (const std::string name : {"loss", "val_loss"}) {
      const std::vector<float> values(history[name].begin(), history[name].end());
      check_same(Tensor::from({values.size()}, values), golden.tensor(name), name);
    }
    const Logs logs =
        net.model.evaluate(net.x, net.y, {.verbose = 0, .callbacks = {&swap, &notes}});
    CHECK(logs["loss"] == Approx(golden.tensor("evaluated").values()[0]).epsilon(1e-5));
    CHECK(logs["mae"] == Approx(golden.tensor("evaluated").values()[1]).epsilon(1e-5));
    check_same(net.model.predict(net.x, {.verbose = 0, .callbacks = {&swap, &notes}}),
               golden.tensor("predicted"), "predicted");
    for (const auto& [hook, weights] : seen) {
      std::vector<float> values;
      for (const Tensor& weight : weights)
        values.insert(values.end(), weight.values().begin(), weight.values().end());
      check_same(Tensor::from({values.size()}, values), golden.tensor(hook), hook);
    }
  }
}

TEST_CASE("SwapEMAWeights gives the weights back however a call ends", "[callbacks]") {
  SmallNet net(optimizers::SGD({.learning_rate = 0.1, .use_ema = true, .ema_momentum = 0.5}));
  net.fit(1, {});
  // fit ends with the averages: other weights, to tell them apart.
  std::vector<Tensor> weights = net.model.get_weights();
  for (Tensor& weight : weights)
    for (float& value : weight.values()) value += 1;
  net.model.set_weights(weights);
  const auto same = [&] {
    const std::vector<Tensor> now = net.model.get_weights();
    for (std::size_t i = 0; i < now.size(); ++i)
      if (!std::equal(now[i].values().begin(), now[i].values().end(), weights[i].values().begin()))
        return false;
    return true;
  };
  SwapEMAWeights swap({.swap_on_epoch = true});
  bool averages = false;
  LambdaCallback fails({.on_test_begin =
                            [&](Logs&) {
                              averages = !same();
                              throw std::runtime_error("stopped");
                            },
                        .on_predict_begin = [&](Logs&) { averages = !same(); }});
  const auto evaluate = [&] {
    net.model.evaluate(net.x, net.y, {.verbose = 0, .callbacks = {&swap, &fails}});
  };
  CHECK(message<std::runtime_error>(evaluate) == "stopped");
  CHECK(averages);
  CHECK(same());
  averages = false;
  net.model.predict(net.x, {.verbose = 0, .callbacks = {&swap, &fails}});
  CHECK(averages);
  CHECK(same());

  // Stopped after any epoch, fit ends with the averages too.
  LambdaCallback stops({.on_epoch_end = [&](int, Logs&) { net.model.stop_training = true; }});
  net.fit(5, {&swap, &stops});
  const Tensor average = net.model.optimizer().slot(*net.model.trainable_variables()[0], "average");
  check_same(net.model.get_weights()[0], average, "average");

  SmallNet without(optimizers::SGD({.learning_rate = 0.1}));
  CHECK(message([&] { without.fit(1, {&swap}); }) ==
        "[SwapEMAWeights] the optimizer keeps no averages: it needs .use_ema = true");
}

TEST_CASE("a callback says what it cannot do", "[callbacks]") {
  std::vector<std::string> warnings;
  const auto before =
      utils::set_warning_handler([&](std::string_view text) { warnings.emplace_back(text); });
  Run run;
  EarlyStopping early({.patience = 1});
  run.fit(2, {&early});
  CHECK(early.stopped_epoch() == 0);
  CHECK_FALSE(early.best());
  EarlyStopping({.mode = "least"});
  utils::set_warning_handler(before);
  const std::string missing =
      "[EarlyStopping] monitors 'val_loss', which is not among the logs: loss, mae, accuracy";
  CHECK(warnings == std::vector<std::string>{missing, missing,
                                             "[EarlyStopping] mode is 'least', wanted 'min', "
                                             "'max' or 'auto': takes 'auto'"});

  CHECK(message([&] { run.fit(1, {ReduceLROnPlateau({.monitor = "val_score"})}); }) ==
        "[ReduceLROnPlateau] cannot tell whether more or less of 'val_score' is better: say "
        ".mode = \"max\" or .mode = \"min\"");
  CHECK(message([] { ReduceLROnPlateau({.factor = 1}); }) ==
        "[ReduceLROnPlateau] factor is 1, wanted less than 1");
  CHECK(message([] { LearningRateScheduler{LearningRateScheduler::Schedule()}; }) ==
        "[LearningRateScheduler] got an empty function");
  CHECK(message([] { CSVLogger("log.csv", {.separator = ""}); }) ==
        "[CSVLogger] separator is '', wanted one character");
  CHECK(message<std::runtime_error>([&] { run.fit(1, {CSVLogger("/no/such/folder/log.csv")}); }) ==
        "[CSVLogger] cannot write '/no/such/folder/log.csv': No such file or directory");
}

TEST_CASE("EarlyStopping starts afresh in each fit", "[callbacks]") {
  Run run;
  EarlyStopping early({.patience = 1, .restore_best_weights = true});
  run.fit(4, {run.feed("val_loss", {1, 2, 0, 0}), &early});
  CHECK(early.stopped_epoch() == 1);
  CHECK(early.best() == 1.0);
  run.fit(4, {run.feed("val_loss", {5, 4, 3, 2}), &early});
  CHECK(early.stopped_epoch() == 0);
  CHECK(early.best() == 2.0);
  CHECK(early.best_epoch() == 3);
  CHECK(run.model.get_weights()[0].item() == 4);
}

TEST_CASE("a training step on a tape of its own is not looked into", "[callbacks]") {
  struct OwnTape : Sequential {
    using Sequential::Sequential;
    Logs train_step(const Batch& batch) override {
      GradientTape own;
      own.begin();
      const Node y_pred = call(own.constant(batch.x), /*training=*/true);
      return compute_metrics(batch, y_pred, compute_loss(batch, y_pred));
    }
  };
  OwnTape model({layers::Input({1}), layers::Dense(1)});
  model.compile({.optimizer = "sgd", .loss = "mse"});
  const Tensor x = Tensor::full({4, 1}, std::numeric_limits<float>::quiet_NaN());
  const Stdout written;
  model.fit(x, Tensor::zeros({4, 1}), {.verbose = 0, .callbacks = {TerminateOnNaN()}});
  CHECK(model.first_not_finite() == "the loss");
}
