// ModelCheckpoint and the fields of its paths, against recorded runs of Keras.

#include <algorithm>
#include <filesystem>
#include <keratin/keratin.hpp>

#include "callbacks/path_fields.hpp"
#include "support/callback_run.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::callbacks;
using keratin::test::GoldenCase;
using keratin::test::message;
using keratin::test::Run;
using keratin::test::unquoted;

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
