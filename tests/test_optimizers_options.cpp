// What every optimizer takes besides its rule's own options, and what is asked of each of them.

#include <cmath>
#include <keratin/keratin.hpp>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/threads.hpp"

using namespace keratin;
using namespace keratin::optimizers;

namespace {

Tensor waves(const Shape& shape, float from) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (std::size_t i = 0; i < tensor.size(); ++i)
    tensor.values()[i] = std::sin(from + 0.37f * static_cast<float>(i % 1009));
  return tensor;
}

// Several slices, a tail that fills no vector, a wide matrix and more than two axes.
struct Weights {
  std::vector<Variable> all;
  std::vector<Variable*> pointers;
  Weights() {
    for (const Shape& shape : {Shape{301, 131}, Shape{7}, Shape{5, 9}, Shape{2, 3, 11}})
      all.push_back({.name = "w", .value = waves(shape, 1)});
    for (Variable& variable : all) pointers.push_back(&variable);
  }
  void draw_gradients(int step) {
    for (Variable& variable : all)
      variable.grad = waves(variable.value.shape(), static_cast<float>(step));
  }
};

std::vector<Tensor> trained(Optimizer& optimizer, int threads) {
  utils::set_num_threads(threads);
  Weights weights;
  for (int step = 0; step < 4; ++step) {
    weights.draw_gradients(step);
    optimizer.apply(weights.pointers);
  }
  std::vector<Tensor> values;
  for (const Variable& variable : weights.all) values.push_back(variable.value);
  return values;
}

const std::vector<Config> option_sets = {
    Config::Object{},
    Config::Object{{"use_ema", true}, {"ema_overwrite_frequency", 2}, {"clipnorm", 0.5}},
    Config::Object{{"gradient_accumulation_steps", 2}, {"global_clipnorm", 0.5}},
    Config::Object{{"weight_decay", 0.1}, {"loss_scale_factor", 4.0}, {"clipvalue", 0.5}},
};

}  // namespace

TEST_CASE("every optimizer gives the same bits on any number of threads", "[optimizers]") {
  const test::ThreadsRestored restored;
  for (const Row<Optimizer>& row : Optimizer::table().rows)
    for (const Config& options : option_sets) {
      INFO(row.class_name << " " << to_string(options));
      const auto alone = make_member<Optimizer>(row.class_name, options);
      const auto shared = make_member<Optimizer>(row.class_name, options);
      const std::vector<Tensor> values = trained(*alone, 1);
      CHECK(values == trained(*shared, 3));
      CHECK_FALSE(values[0] == Weights().all[0].value);
    }
}

TEST_CASE("every optimizer's steps after the first allocate nothing", "[optimizers]") {
  for (const Row<Optimizer>& row : Optimizer::table().rows)
    for (const Config& options : option_sets) {
      INFO(row.class_name << " " << to_string(options));
      const auto optimizer = make_member<Optimizer>(row.class_name, options);
      Weights weights;
      weights.draw_gradients(0);
      for (int step = 0; step < 2; ++step) optimizer->apply(weights.pointers);
      const auto steps = [&] {
        for (int step = 0; step < 2; ++step) optimizer->apply(weights.pointers);
      };
      CHECK(test::allocations_of(steps).count == 0);
    }
}

TEST_CASE("every optimizer goes on from state that is read and set", "[optimizers]") {
  for (const Row<Optimizer>& row : Optimizer::table().rows)
    for (const Config& options : option_sets) {
      INFO(row.class_name << " " << to_string(options));
      const auto first = make_member<Optimizer>(row.class_name, options);
      const auto resumed = make_member<Optimizer>(row.class_name, options);
      Weights weights, again;
      for (int step = 0; step < 3; ++step) {
        weights.draw_gradients(step);
        first->apply(weights.pointers);
      }
      for (std::size_t i = 0; i < weights.all.size(); ++i) {
        again.all[i].value = weights.all[i].value;
        for (const Optimizer::Slot& slot : first->all_slots_of(weights.all[i]))
          resumed->set_slot(again.all[i], slot.name, first->slot(weights.all[i], slot.name));
      }
      resumed->set_calls(first->calls());
      weights.draw_gradients(3);
      again.draw_gradients(3);
      first->apply(weights.pointers);
      resumed->apply(again.pointers);
      for (std::size_t i = 0; i < weights.all.size(); ++i)
        CHECK(again.all[i].value == weights.all[i].value);
    }
}

TEST_CASE("weight decay leaves out what is excluded", "[optimizers]") {
  Variable kernel{"kernel", {1}, {0}}, bias{"bias", {1}, {0}}, other{"other", {1}, {0}};
  Variable* variables[] = {&kernel, &bias, &other};
  SGD sgd({.learning_rate = 0.5, .weight_decay = 0.5});
  Variable* excluded[] = {&other};
  sgd.exclude_from_weight_decay(excluded, {"^b.as", "gamma"});
  sgd.apply(variables);
  CHECK(kernel.value.item() == 0.75f);
  CHECK((bias.value.item() == 1 && other.value.item() == 1));
  CHECK_THROWS_WITH(sgd.exclude_from_weight_decay({}, {"bias"}),
                    "[sgd] exclude_from_weight_decay() was called after the first step");
  CHECK_THROWS_WITH(Adam().exclude_from_weight_decay({}, {"("}),
                    Catch::Matchers::Contains("[adam] '(' is no regular expression: "));
  Adam none({.weight_decay = 0.5});
  none.exclude_from_weight_decay(variables);
  none.exclude_from_weight_decay({});  // the last call counts
  none.apply(variables);
  CHECK(kernel.value.item() < 0.75f);
}

TEST_CASE("averages can be swapped in and end the training", "[optimizers]") {
  Variable w{"w", {1.0f}, {1}}, frozen{"frozen", {5.0f}, {1}, false};
  Variable* variables[] = {&w, &frozen};
  SGD sgd({.learning_rate = 0.5, .use_ema = true, .ema_momentum = 0.75});
  CHECK(sgd.slot(w, "average") == w.value);  // before the first step
  sgd.apply(variables);                      // the first average is the new weight
  sgd.apply(variables);
  CHECK(w.value.item() == 0);
  CHECK(sgd.slot(w, "average").item() == Approx(0.75 * 0.5));
  Variable* swapped[] = {&w};
  sgd.swap_averages(swapped);
  CHECK(w.value.item() == Approx(0.375));
  sgd.swap_averages(swapped);
  CHECK(w.value.item() == 0);
  sgd.finalize_variable_values(variables);
  CHECK(w.value.item() == Approx(0.375));
  CHECK(frozen.value.item() == 5);
  SGD plain;
  plain.finalize_variable_values(variables);
  CHECK(w.value.item() == Approx(0.375));
  CHECK_THROWS_WITH(plain.swap_averages(swapped),
                    "[sgd] there are no averages of the weights: set use_ema");
}

TEST_CASE("fit scales the loss and takes the weights' averages at its end", "[optimizers][fit]") {
  const Tensor x({{1}, {2}}), y({{2}, {3}});
  const auto weights_after = [&](SGDOptions options) {
    utils::set_random_seed(3);
    Sequential model({layers::Input({1}), layers::Dense(1)});
    model.compile({.optimizer = SGD(options), .loss = "mse"});
    const History history = model.fit(x, y, {.epochs = 3, .verbose = 0, .shuffle = false});
    CHECK(history["loss"][0] < 20);  // not that which is differentiated
    return model.get_weights();
  };
  const auto plain = weights_after({.learning_rate = 0.0625});
  CHECK(weights_after({.learning_rate = 0.0625, .loss_scale_factor = 8}) == plain);
  CHECK_FALSE(weights_after({.learning_rate = 0.0625, .use_ema = true}) == plain);
}

TEST_CASE("Muon tells by the paths of variables which ones it moves as AdamW does",
          "[optimizers]") {
  Sequential model({layers::Input({3}), layers::Dense(4), layers::Dense(2, {.name = "last"})},
                   {.name = "net"});
  const auto variables = model.variables();
  CHECK(variables[2]->path == "net/last/kernel");
  const Muon muon({.exclude_layers = {"/last/"}});
  CHECK(muon.slots_of(*variables[0]).size() == 1);
  CHECK(muon.slots_of(*variables[1]).size() == 2);
  CHECK(muon.slots_of(*variables[2]).size() == 2);
  const Variable ids{.name = "embeddings", .value = Tensor::zeros({5, 2})};
  CHECK(muon.slots_of(ids).size() == 2);
  CHECK(Muon({.exclude_embeddings = false}).slots_of(ids).size() == 1);
}

TEST_CASE("Adafactor does not make NaN of rows and columns without a gradient", "[optimizers]") {
  Variable w{"w", {{1, 1}, {1, 1}}, {{1e10f, 0}, {0, 0}}};
  Variable* variables[] = {&w};
  Adafactor().apply(variables);
  CHECK(w.value.values()[0] < 1);
  CHECK(w.value.values()[3] == 1);
}

TEST_CASE("optimizers refuse options that make no sense", "[optimizers]") {
  CHECK_THROWS_WITH(SGD({.gradient_accumulation_steps = 1}),
                    "[sgd] gradient_accumulation_steps is 1, wanted 2 or more");
  CHECK_THROWS_WITH(SGD({.loss_scale_factor = 0}),
                    "[sgd] loss_scale_factor is 0, wanted more than 0");
  CHECK_THROWS_WITH(SGD({.use_ema = true, .ema_momentum = 1.5}),
                    "[sgd] ema_momentum is 1.5, wanted 0 to 1");
  CHECK_THROWS_WITH(SGD({.use_ema = true, .ema_overwrite_frequency = 0}),
                    "[sgd] ema_overwrite_frequency is 0, wanted 1 or more");
  CHECK_THROWS_WITH(Lion({.beta_1 = 0}), "[lion] beta_1 is 0, wanted more than 0, up to 1");
  CHECK_THROWS_WITH(Ftrl({.learning_rate_power = 0.5}),
                    "[ftrl] learning_rate_power is 0.5, wanted 0 or less");
  CHECK_THROWS_WITH(Ftrl({.l1_regularization_strength = -1}),
                    "[ftrl] l1_regularization_strength is -1, wanted 0 or more");
  CHECK_THROWS_WITH(Adagrad({.initial_accumulator_value = -1}),
                    "[adagrad] initial_accumulator_value is -1, wanted 0 or more");
  CHECK_THROWS_WITH(Adafactor({.clip_threshold = 0}),
                    "[adafactor] clip_threshold is 0, wanted more than 0");
  CHECK_THROWS_WITH(Muon({.ns_steps = -1}), "[muon] ns_steps is -1, wanted 0 or more");
  CHECK_THROWS_WITH(Muon({.exclude_layers = {"("}}),
                    Catch::Matchers::Contains("exclude_layers has what is no regular expression"));
}
