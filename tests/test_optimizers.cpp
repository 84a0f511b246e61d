#include <cmath>
#include <limits>
#include <vector>

#include "keratin/optimizers.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace keratin;
using namespace keratin::optimizers;

namespace {

Tensor row(const Tensor& rows, std::size_t i) {
  const Shape shape = rows.shape().without_batch();
  return Tensor::from(shape, rows.values().subspan(i * shape.elements(), shape.elements()));
}

// To 1e-6 of the largest value that the element has had: what remains when a large one shrinks has
// its rounding. Updates `largest`.
void check_near(const Tensor& got, const Tensor& wanted, Tensor& largest) {
  REQUIRE(got.shape() == wanted.shape());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const float w = wanted.values()[i];
    INFO("at " << i << ": got " << got.values()[i] << ", wanted " << w);
    largest.values()[i] = std::max(largest.values()[i], std::fabs(w));
    CHECK(std::fabs(got.values()[i] - w) <= 1e-6f * largest.values()[i]);
  }
}

struct Trained {
  Variable variable{"w", {1, 2}};
  std::vector<std::vector<float>> after;
};

Trained train(Optimizer&& optimizer) {
  Trained trained;
  Variable* variables[] = {&trained.variable};
  for (const Tensor& gradient : {Tensor({0.1, 0.2}), Tensor({0.1, -0.2}), Tensor({0.3, 0.1})}) {
    trained.variable.grad = gradient;
    optimizer.apply(variables);
    trained.after.emplace_back(trained.variable.value.values().begin(),
                               trained.variable.value.values().end());
  }
  return trained;
}

void check_values(Optimizer&& optimizer, const std::vector<std::vector<double>>& wanted) {
  const auto after = train(std::move(optimizer)).after;
  for (std::size_t step = 0; step < 3; ++step)
    for (std::size_t i = 0; i < 2; ++i) {
      INFO("step " << step + 1 << ", weight " << i);
      CHECK(after[step][i] == Approx(wanted[step][i]).epsilon(3e-6));
    }
}

}  // namespace

TEST_CASE("optimizers take Keras's steps", "[optimizers][golden]") {
  for (const auto& golden : test::read_golden("optimizers")) {
    const auto optimizer = test::member_of<Optimizer>(golden, "optimizer");
    REQUIRE(optimizer);
    INFO(golden.name);
    std::vector<Variable> variables;
    for (const Tensor& value : golden.tensors_numbered("initial_"))
      variables.push_back({.name = "v" + std::to_string(variables.size()), .value = value});
    std::vector<Variable*> pointers;
    std::vector<Tensor> largest;  // each element's largest absolute value so far, at least 1
    for (Variable& variable : variables) {
      pointers.push_back(&variable);
      largest.push_back(Tensor::ones(variable.value.shape()));
    }
    for (std::size_t step = 0; step < 10; ++step) {
      for (std::size_t i = 0; i < variables.size(); ++i)
        variables[i].grad = row(golden.tensor("gradients_" + std::to_string(i)), step);
      optimizer->apply(pointers);
      for (std::size_t i = 0; i < variables.size(); ++i) {
        const Tensor wanted = row(golden.tensor("values_" + std::to_string(i)), step);
        INFO("step " << step << ", variable " << i);
        check_near(variables[i].value, wanted, largest[i]);
      }
    }
    optimizer->finalize_variable_values(pointers);
    for (std::size_t i = 0; golden.has("use_ema") && i < variables.size(); ++i)
      check_near(variables[i].value, golden.tensor("finalized_" + std::to_string(i)), largest[i]);
  }
}

TEST_CASE("optimizers follow their formulas in exact arithmetic",
          "[optimizers]") {  // computed in double, checked against Keras
  check_values(SGD(), {{0.999, 1.998}, {0.998, 2.0}, {0.995, 1.999}});
  check_values(SGD({.learning_rate = 0.1, .momentum = 0.9}),
               {{0.99, 1.98}, {0.971, 1.982}, {0.9239, 1.9738}});
  check_values(SGD({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}),
               {{0.981, 1.962}, {0.9539, 1.9838}, {0.88151, 1.96642}});
  check_values(SGD({.learning_rate = 0.1, .weight_decay = 0.01}),
               {{0.989, 1.978}, {0.978011, 1.996022}, {0.94703299, 1.984026}});
  check_values(Adam(), {{0.99900003, 1.999}, {0.99800005, 1.9990526}, {0.99709275, 1.9988779}});
  check_values(Adam({.learning_rate = 0.1}),
               {{0.90000316, 1.9000016}, {0.8000054, 1.9052647}, {0.7092748, 1.8877923}});
  check_values(Adam({.learning_rate = 0.1, .amsgrad = true}),
               {{0.90000316, 1.9000016}, {0.8000054, 1.9052647}, {0.7092748, 1.8877923}});
  check_values(RMSprop(),
               {{0.99683788, 1.9968378}, {0.99454378, 1.9991319}, {0.99164494, 1.9980025}});
  check_values(RMSprop({.learning_rate = 0.1, .momentum = 0.9}),
               {{0.68378804, 1.6837762}, {0.16978759, 1.628589}, {-0.58269699, 1.4659827}});
  check_values(RMSprop({.learning_rate = 0.1, .centered = true}),
               {{0.66668518, 1.6666713}, {0.41178709, 1.8961459}, {0.086232229, 1.7827207}});
  check_values(SGD({.learning_rate = 1, .clipnorm = 0.1}),
               {{0.95527864, 1.9105573}, {0.91055727, 2.0}, {0.81568897, 1.9683772}});
  check_values(SGD({.learning_rate = 1, .clipvalue = 0.15}),
               {{0.9, 1.85}, {0.8, 2.0}, {0.65, 1.9}});
}

TEST_CASE("a clip changes the step and leaves the gradient", "[optimizers]") {
  const Trained trained = train(SGD({.clipnorm = 0.1}));
  CHECK(trained.variable.grad == Tensor({0.3, 0.1}));
  CHECK(train(SGD({.clipvalue = 0.0})).after == train(SGD()).after);  // as in Keras, 0 is no clip

  Variable a{"a", {1}, {3}}, b{"b", {1}, {std::numeric_limits<float>::infinity()}};
  Variable* variables[] = {&a, &b};
  SGD({.global_clipnorm = 1})
      .apply(variables);  // one infinite gradient spoils all, as in Keras: it shows at once
  CHECK((std::isnan(a.value.item()) && std::isnan(b.value.item())));
}

TEST_CASE("apply counts one step for all variables and keeps each one's slots", "[optimizers]") {
  // Together or each with an optimizer of its own: the same. (A step counted per variable would
  // change the bias correction.)
  Variable a{"a", {1, 2}}, b{"b", {{3}, {4}}}, alone_a = a, alone_b = b;
  Adam together({.learning_rate = 0.1}), for_a({.learning_rate = 0.1}),
      for_b({.learning_rate = 0.1});
  Variable *both[] = {&a, &b}, *swapped[] = {&b, &a}, *only_a[] = {&alone_a},
           *only_b[] = {&alone_b};
  for (int step = 0; step < 6; ++step) {
    const float g = std::sin(1.0f + static_cast<float>(step));
    a.grad = alone_a.grad = {g, 2 * g};
    b.grad = alone_b.grad = {{-g}, {0.5f}};
    together.apply(step % 2 ? std::span<Variable* const>(swapped) : both);  // found in any order
    for_a.apply(only_a);
    for_b.apply(only_b);
  }
  CHECK(a.value == alone_a.value);
  CHECK(b.value == alone_b.value);
  CHECK(together.iterations() == 6);
}

TEST_CASE("apply passes over frozen variables and those without a gradient", "[optimizers]") {
  Variable a{"a", {1}, {1}}, frozen{"frozen", {2}, {1}, false}, unused{"unused", {3}};
  Variable* variables[] = {&unused, &a, &frozen};
  SGD sgd({.learning_rate = 0.5, .weight_decay = 0.1});
  sgd.apply(variables);
  CHECK(a.value.item() == Approx(0.45));
  CHECK((frozen.value.item() == 2 && unused.value.item() == 3));

  Variable* nothing[] = {&unused, &frozen};
  CHECK_THROWS_WITH(sgd.apply(nothing),
                    "[sgd] no variable has a gradient: call the tape's backward() first");
  sgd.apply({});
  CHECK(sgd.iterations() == 1);

  a.grad = {1, 2};
  CHECK_THROWS_WITH(sgd.apply(variables),
                    "[sgd] the gradient of 'a' has shape (2,), its value has shape (1,)");
  CHECK(sgd.iterations() == 1);
}

TEST_CASE("a copy goes on from the same state", "[optimizers]") {
  Variable w{"w", {1, 2}, {0.1, 0.2}};
  Variable* variables[] = {&w};
  Adam adam;
  adam.apply(variables);
  const Tensor start = w.value;
  Adam copy = adam;
  adam.apply(variables);
  const Tensor end = w.value;
  w.value = start;
  copy.apply(variables);
  CHECK(w.value == end);
  CHECK(copy.iterations() == 2);
}

TEST_CASE("NaN gradients reach the weights", "[optimizers]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto after = [&](Optimizer&& optimizer) {
    Variable w{"w", {1}, {nan}};
    Variable* variables[] = {&w};
    optimizer.apply(variables);
    return w.value.item();
  };
  CHECK(std::isnan(after(SGD({.clipvalue = 1}))));
  CHECK(std::isnan(after(SGD({.clipnorm = 1}))));
  CHECK(std::isnan(after(RMSprop())));
  CHECK(std::isnan(after(Adam())));
  CHECK(std::isnan(after(Adam({.amsgrad = true}))));
}

TEST_CASE("a user's own optimizer", "[optimizers]") {
  struct Signs : Configured<Optimizer, SGDOptions> {
    Signs() : Configured({.learning_rate = 0.5, .name = "signs"}) {}
    std::vector<Slot> slots() const override { return {{"count", 1}}; }
    void update(const Slice& slice, const Step& step) const override {
      for (std::size_t i = 0; i < slice.size; ++i) {
        slice.slots[0][i] += slice.gradient[i] > 0 ? 1.0f : -1.0f;
        slice.weights[i] -= step.learning_rate * slice.slots[0][i];
      }
    }
  } signs;
  Variable w{"w", {1, 2}, {3, -4}};
  Variable* variables[] = {&w};
  signs.apply(variables);
  signs.apply(variables);
  CHECK(w.value == Tensor({-1.5, 2.5}));
  CHECK(signs.slot(w, "count") == Tensor({3, -1}));
  CHECK(signs.iterations() == 2);
}

TEST_CASE("a rule that needs norms sees whole tensors", "[optimizers]") {
  struct Unit : Configured<Optimizer, SGDOptions> {  // steps of the length of the learning rate
    Unit() : Configured({.learning_rate = 0.5, .name = "unit"}) {}
    std::vector<Slot> slots() const override { return {}; }
    void update(const Slice&, const Step&) const override {}
    void update_variable(Tensor& weights, const Tensor& gradient, std::span<Tensor>,
                         const Step& step) override {
      float squares = 0;
      for (float g : gradient.values()) squares += g * g;
      for (std::size_t i = 0; i < weights.size(); ++i)
        weights.values()[i] -= step.learning_rate * gradient.values()[i] / std::sqrt(squares);
    }
  } unit;
  Variable w{"w", {1, 2}, {3, -4}};
  Variable* variables[] = {&w};
  unit.apply(variables);
  CHECK(w.value == Tensor({0.7f, 2.4f}));
}

TEST_CASE("slots belong to a variable, not to its address", "[optimizers]") {
  SGD sgd({.learning_rate = 1, .momentum = 0.9});
  const auto step = [&](float gradient) {  // on a new variable at the same address each time
    Variable w{.name = "w", .value = Tensor{1.0f}, .grad = Tensor{gradient}};
    Variable* all[] = {&w};
    sgd.apply(all);
    return w.value.item();
  };
  CHECK(step(1) == 0);
  CHECK(step(0) == 1);  // nothing is inherited

  Variable w{"w", Tensor{1}, Tensor{1}};
  Variable* first[] = {&w};
  sgd.apply(first);
  Variable moved = std::move(w);
  moved.grad = Tensor{0};
  Variable* second[] = {&moved};
  sgd.apply(second);
  CHECK(moved.value.item() == Approx(-0.9));  // its momentum came along
}

TEST_CASE("the state of an optimizer can be read and set", "[optimizers]") {
  Variable w{"w", {1, 2}, {3, -4}};
  Variable* variables[] = {&w};
  Adam adam({.learning_rate = 0.1}), resumed({.learning_rate = 0.1});
  CHECK(adam.slot(w, "velocity") == Tensor::zeros({2}));  // before its first step
  adam.apply(variables);
  adam.apply(variables);
  Variable again{"w", w.value, w.grad};
  Variable* others[] = {&again};
  for (const auto& slot : adam.slots()) resumed.set_slot(again, slot.name, adam.slot(w, slot.name));
  resumed.set_iterations(adam.iterations());
  adam.apply(variables);
  resumed.apply(others);
  CHECK(again.value == w.value);
  CHECK_THROWS_WITH(adam.slot(w, "speed"),
                    "[adam] there is no slot 'speed' among: momentum, velocity");
  CHECK_THROWS_WITH(adam.set_slot(w, "velocity", Tensor::zeros({3})),
                    "[adam] slot 'velocity' of variable 'w' got shape (3,), wanted (2,)");
  CHECK_THROWS_WITH(adam.set_iterations(-1), "[adam] iterations is -1, wanted 0 or more");
}

TEST_CASE("amsgrad passes on an overflow as NaN, as Keras does", "[optimizers]") {
  Variable w{"w", {1.0f}};
  Variable* variables[] = {&w};
  Adam adam({.amsgrad = true});
  for (int step = 0; step < 3; ++step) {
    w.grad = Tensor{1e30f};
    adam.apply(variables);
  }
  CHECK(std::isnan(w.value.item()));
}

TEST_CASE("every optimizer is described by its fields", "[optimizers]") {
  for (const Row<Optimizer>& row : Optimizer::table().rows) {
    const auto optimizer = make_member<Optimizer>(row.class_name);
    CHECK(class_name_of(*optimizer) == row.class_name);
    const Config described = describe(*optimizer);
    CHECK(describe(*member_from_config<Optimizer>(described)) == described);
  }
  const Adam adam({.learning_rate = 0.1, .beta_1 = 0.8, .clipnorm = 2, .name = "mine"});
  CHECK(adam.options().beta_1 == 0.8);
  CHECK(to_string(adam.get_config()) ==
        "{\"learning_rate\": 0.1, \"beta_1\": 0.8, \"beta_2\": 0.999, \"epsilon\": 1e-07, "
        "\"amsgrad\": False, \"weight_decay\": None, \"clipnorm\": 2.0, \"clipvalue\": None, "
        "\"global_clipnorm\": None, \"use_ema\": False, \"ema_momentum\": 0.99, "
        "\"ema_overwrite_frequency\": None, \"loss_scale_factor\": None, "
        "\"gradient_accumulation_steps\": None, \"name\": \"mine\"}");
  CHECK_THROWS_WITH(make_member<Optimizer>("adam", Config::Object{{"beta", 0.5}}),
                    Catch::Matchers::Contains("[Adam] there is no field 'beta' among: "));
}

TEST_CASE("optimizers by name", "[optimizers]") {
  for (const char* name : {"adam", "Adam", "ADAM"}) CHECK(get(name)->name() == "adam");
  CHECK(get("sgd")->learning_rate() == 0.01);
  CHECK(get("RMSprop")->name() == "rm_sprop");
  CHECK(Adam({.name = "mine"}).name() == "mine");
  CHECK_THROWS_WITH(get("adm"),
                    "[optimizer] there is no optimizer 'adm' among: sgd, rmsprop, adam, adamw, "
                    "adamax, nadam, adagrad, adadelta, ftrl, lion, lamb, adafactor, muon");
}

TEST_CASE("optimizers refuse what makes no sense", "[optimizers]") {
  CHECK_THROWS_WITH(SGD({.learning_rate = -0.1}), "[sgd] learning_rate is -0.1, wanted 0 or more");
  CHECK_THROWS_WITH(Adam().set_learning_rate(std::nan("")),
                    "[adam] learning_rate is nan, wanted 0 or more");
  CHECK_THROWS_WITH(SGD({.momentum = 1.5}), "[sgd] momentum is 1.5, wanted 0 to 1");
  CHECK_THROWS_WITH(SGD({.momentum = -0.5}), "[sgd] momentum is -0.5, wanted 0 to 1");
  CHECK_THROWS_WITH(RMSprop({.rho = 2}), "[rm_sprop] rho is 2, wanted 0 to 1");
  CHECK_THROWS_WITH(RMSprop({.momentum = -1}), "[rm_sprop] momentum is -1, wanted 0 or more");
  CHECK_THROWS_WITH(Adam({.beta_1 = 1}), "[adam] beta_1 is 1, wanted 0 to below 1");
  CHECK_THROWS_WITH(Adam({.beta_2 = -0.1}), "[adam] beta_2 is -0.1, wanted 0 to below 1");
  CHECK_THROWS_WITH(Adam({.clipnorm = 1, .clipvalue = 1}),
                    "[adam] got more than one of clipnorm, clipvalue and global_clipnorm");
}
