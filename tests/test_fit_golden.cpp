// Whole runs of fit, evaluate and the *_on_batch calls against the same runs of real Keras, from
// fixed weights, unshuffled.

#include <cmath>
#include <keratin/keratin.hpp>
#include <set>

#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/networks.hpp"

using namespace keratin;
using test::GoldenCase;

namespace {

std::vector<MetricChoice> metrics_of(const GoldenCase& golden, const char* option) {
  std::vector<MetricChoice> choices;
  for (const std::string& name : golden.list(option)) choices.emplace_back(name);
  return choices;
}

std::map<int, double> class_weight_of(const GoldenCase& golden) {
  std::map<int, double> weights;
  for (double weight : golden.numbers("class_weight"))
    weights.emplace(static_cast<int>(weights.size()), weight);
  return weights;
}

void check_close(const std::string& what, double got, double want, double relative = 1e-5) {
  INFO(what << " got " << got << " want " << want);
  CHECK(std::abs(got - want) <= relative * std::abs(want) + 1e-7);  // Keras logs float32
}

void check_close(const std::string& what, const Tensor& got, const Tensor& want) {
  REQUIRE(got.shape() == want.shape());
  double worst = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double error = std::abs(double{got.values()[i]} - double{want.values()[i]}) /
                         std::max(1.0, std::abs(double{want.values()[i]}));
    if (!(error <= worst)) {
      worst = error;
      at = i;
    }
  }
  INFO(what << "[" << at << "] got " << got.values()[at] << " want " << want.values()[at]);
  CHECK(worst <= 1e-5);
}

// The rows of a tensor as a batch of their own.
ArrayView rows(const Tensor& tensor, std::size_t first, std::size_t count) {
  return tensor.empty()
             ? ArrayView()
             : ArrayView(tensor).slice(first, std::min(count, tensor.shape()[0] - first));
}

using Series = std::map<std::string, std::vector<double>>;

Series run(Sequential& model, const GoldenCase& golden) {
  const Tensor &x = golden.tensor("x"), &y = golden.tensor("y");
  const Tensor weight = golden.tensor_or_none("sample_weight");
  const ArrayView sample_weight = weight.empty() ? ArrayView() : ArrayView(weight);
  const Tensor val_x = golden.tensor_or_none("val_x"), val_y = golden.tensor_or_none("val_y");
  const Tensor val_weight = golden.tensor_or_none("val_sample_weight");
  Series history;
  const auto log = [&](const Logs& logs) {
    for (const auto& [name, value] : logs) history[name].push_back(value);
  };
  const auto optional = [&](const char* option) {
    return golden.has(option) ? std::optional(golden.integer(option)) : std::nullopt;
  };
  const std::string call = golden.text("call");
  if (call == "evaluate") {
    log(model.evaluate(x, y,
                       {.batch_size = golden.integer("batch_size"),
                        .verbose = 0,
                        .sample_weight = sample_weight}));
  } else if (call == "fit") {
    FitOptions options{.batch_size = optional("batch_size"),
                       .epochs = golden.integer("epochs"),
                       .verbose = 0,
                       .validation_split = golden.number("validation_split", 0),
                       .shuffle = false,
                       .class_weight = class_weight_of(golden),
                       .sample_weight = sample_weight,
                       .initial_epoch = golden.integer("initial_epoch", 0),
                       .steps_per_epoch = optional("steps_per_epoch"),
                       .validation_batch_size = optional("validation_batch_size")};
    if (!val_x.empty())
      options.validation_data = {val_x, val_y,
                                 val_weight.empty() ? ArrayView() : ArrayView(val_weight)};
    if (golden.text("validation_freq", "") == "1,4")
      options.validation_freq = {1, 4};
    else
      options.validation_freq = golden.integer("validation_freq", 1);
    for (int i = 0; i < golden.integer("times", 1); ++i)
      for (const auto& [name, values] : model.fit(x, y, options).history)
        for (double value : values) history[name].push_back(value);
  } else {
    const auto size = static_cast<std::size_t>(golden.integer("batch_size"));
    for (std::size_t i = 0; i < x.shape()[0]; i += size)
      log(call == "train_on_batch"
              ? model.train_on_batch(rows(x, i, size), rows(y, i, size),
                                     {rows(weight, i, size), class_weight_of(golden)})
              : model.test_on_batch(rows(x, i, size), rows(y, i, size), {rows(weight, i, size)}));
  }
  return history;
}

}  // namespace

TEST_CASE("runs agree with Keras", "[golden][fit]") {
  std::set<std::string> left_out;
  int compared = 0;
  for (const GoldenCase& golden : test::read_golden("fit")) {
    INFO(golden.name);
    const std::vector<std::shared_ptr<Layer>> layers = test::layers_of(golden);
    const auto optimizer = test::prefixed_member<Optimizer>(golden, "optimizer");
    if (optimizer && golden.has("schedule"))
      optimizer->set_learning_rate(test::prefixed_member<LearningRateSchedule>(golden, "schedule"));
    const auto loss = test::prefixed_member<Loss>(golden, "loss");
    if (layers.empty() || !optimizer || !loss) {
      left_out.insert(golden.name);
      continue;
    }
    ++compared;
    Sequential model;
    model.add(layers::Input(test::shape_of(golden.text("input"))));
    for (const auto& layer : layers) model.add(layer);
    model.set_weights(golden.tensors_numbered("weight_"));
    CompileOptions options{.optimizer = optimizer, .loss = loss};
    for (const auto& choice : metrics_of(golden, "metrics")) options.metrics.push_back(choice);
    for (const auto& choice : metrics_of(golden, "weighted_metrics"))
      options.weighted_metrics.push_back(choice);
    model.compile(options);

    Series history = run(model, golden);
    const auto logs = golden.list("logs");
    CHECK(history.size() == logs.size());
    for (const std::string& name : logs) {
      const Tensor& want = golden.tensor("history_" + name);
      REQUIRE(history.contains(name));
      REQUIRE(history[name].size() == want.size());
      for (std::size_t i = 0; i < want.size(); ++i)
        check_close(name + " " + std::to_string(i), history[name][i], want.values()[i]);
    }
    const auto finals = golden.tensors_numbered("final_");
    for (std::size_t i = 0; i < finals.size(); ++i)
      check_close("weight " + std::to_string(i), model.get_weights()[i], finals[i]);
    check_close("prediction", model.predict(golden.tensor("x"), {.verbose = 0}),
                golden.tensor("prediction"));
  }
  // What the library has not yet, by name, so that nothing passes for compared that is not.
  CHECK(left_out == std::set<std::string>{});
  CHECK(compared == 78);
}
