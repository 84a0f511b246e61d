// The callbacks that come with the library, against recorded runs of Keras.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <keratin/keratin.hpp>
#include <limits>
#include <map>

#include "support/callback_run.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/message.hpp"
#include "support/small_net.hpp"

using namespace keratin;
using namespace keratin::callbacks;
using keratin::test::GoldenCase;
using keratin::test::message;
using keratin::test::Run;
using keratin::test::SmallNet;
using keratin::test::Stdout;
using keratin::test::unquoted;

namespace {

std::vector<GoldenCase> cases_of(const std::string& callback) {
  std::vector<GoldenCase> cases;
  for (GoldenCase& golden : test::read_golden("callbacks"))
    if (golden.text("callback") == callback) cases.push_back(std::move(golden));
  REQUIRE(!cases.empty());
  return cases;
}

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
