#include <cmath>
#include <memory>

#include "keratin/optimizers.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace keratin;
using namespace keratin::optimizers;
using namespace keratin::optimizers::schedules;

namespace {

CosineDecay cosine() { return CosineDecay({.initial_learning_rate = 0.1, .decay_steps = 10}); }

// One step of a variable with gradient 1: what it lost is the learning rate.
double step_of(SGD& sgd, Variable& w) {
  Variable* variables[] = {&w};
  const double before = w.value.item();
  sgd.apply(variables);
  return before - w.value.item();
}

}  // namespace

TEST_CASE("schedules give Keras's learning rates", "[schedules][golden]") {
  for (const auto& golden : test::read_golden("schedules")) {
    INFO(golden.name);
    const auto schedule = test::member_of<LearningRateSchedule>(golden, "schedule");
    REQUIRE(schedule);
    const Tensor &steps = golden.tensor("steps"), &rates = golden.tensor("rates");
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const double got = (*schedule)(static_cast<long>(steps.values()[i]));
      INFO("step " << steps.values()[i] << ": got " << got << ", wanted " << rates.values()[i]);
      CHECK(std::fabs(got - rates.values()[i]) <= 1e-6 * rates.values()[i] + 1e-9);
    }
  }
}

TEST_CASE("an optimizer follows a schedule, a number or a function", "[schedules]") {
  Variable w{"w", {0}, {1}};
  SGD scheduled({.learning_rate = cosine()});
  CHECK(scheduled.has_schedule());
  for (long step = 0; step < 12; ++step) {
    CHECK(scheduled.learning_rate() == cosine()(step));
    w.value = Tensor{0};
    CHECK(step_of(scheduled, w) == Approx(cosine()(step)));
  }
  CHECK_THROWS_WITH(scheduled.set_learning_rate(0.5),
                    "[sgd] its learning rate follows a schedule and cannot be set to a number: "
                    "construct it with a number");
  SGD halved({.learning_rate = [](long step) { return 1.0 / static_cast<double>(1 + step); }});
  CHECK(step_of(halved, w) == Approx(1));
  CHECK(step_of(halved, w) == Approx(0.5));
  CHECK_THROWS(halved.set_learning_rate(0.5));

  SGD constant({.learning_rate = 0.5f});
  CHECK_FALSE(constant.has_schedule());
  constant.set_learning_rate(0.25);
  CHECK(step_of(constant, w) == Approx(0.25));
  constant.set_learning_rate(std::make_shared<CosineDecay>(cosine()));  // from its second step on
  CHECK(step_of(constant, w) == Approx(cosine()(1)));
}

TEST_CASE("schedules count calls, not the updates of accumulated gradients", "[schedules]") {
  Variable w{"w", {0}, {1}};
  SGD sgd({.learning_rate = [](long step) { return static_cast<double>(step); },
           .gradient_accumulation_steps = 3});
  CHECK((step_of(sgd, w) == 0 && step_of(sgd, w) == 0));
  CHECK(step_of(sgd, w) == Approx(2));
  CHECK((sgd.iterations() == 1 && sgd.calls() == 3));
}

TEST_CASE("schedules survive a round trip, inside their optimizer too", "[schedules]") {
  const auto check_round_trip = [](const LearningRateSchedule& schedule) {
    const Config config = describe(schedule);
    CHECK(describe(*member_from_config<LearningRateSchedule>(config)) == config);
  };
  check_round_trip(ExponentialDecay({.decay_steps = 5, .decay_rate = 0.5, .staircase = true}));
  check_round_trip(InverseTimeDecay({.decay_steps = 5, .decay_rate = 0.5}));
  check_round_trip(PolynomialDecay({.decay_steps = 5, .power = 2, .cycle = true}));
  check_round_trip(PiecewiseConstantDecay({.boundaries = {5, 10}, .values = {1, 0.5, 0.25}}));
  check_round_trip(CosineDecay({.decay_steps = 5, .warmup_target = 0.5, .warmup_steps = 2}));
  check_round_trip(CosineDecayRestarts({.first_decay_steps = 5}));

  Adam adam({.learning_rate = cosine()});
  const Config config = describe<Optimizer>(adam);
  const auto again = member_from_config<Optimizer>(config);
  CHECK(describe(*again) == config);
  again->set_calls(5);
  CHECK(again->learning_rate() == cosine()(5));
  CHECK(to_string(*config.find("config")->find("learning_rate")) ==
        R"({"module": "keras.optimizers.schedules", "class_name": "CosineDecay", "config": )"
        R"({"initial_learning_rate": 0.1, "decay_steps": 10, "alpha": 0.0, "name": "CosineDecay", )"
        R"("warmup_target": None, "warmup_steps": 0}, "registered_name": None})");

  SGD sgd({.learning_rate = 0.5});
  sgd.set_learning_rate(0.25);  // described as it is now
  CHECK(*sgd.get_config().find("learning_rate") == Config(0.25));
  CHECK_THROWS_WITH(SGD({.learning_rate = [](long) { return 0.1; }}).get_config(),
                    "[learning rate schedule] FromFunction has no list of fields, so that a "
                    "Config cannot describe it");
  CHECK_THROWS_WITH(make_member<Optimizer>("sgd", Config::Object{{"learning_rate", "fast"}}),
                    "[optimizer] learning_rate is \"fast\", wanted a number");
}

TEST_CASE("schedules refuse what makes no sense", "[schedules]") {
  CHECK_THROWS_WITH(CosineDecay({}), "[cosine_decay] decay_steps is 0, wanted 1 or more");
  CHECK_THROWS_WITH(ExponentialDecay({.decay_steps = -1}),
                    "[exponential_decay] decay_steps is -1, wanted 1 or more");
  CHECK_THROWS_WITH(CosineDecayRestarts({}),
                    "[cosine_decay_restarts] first_decay_steps is 0, wanted 1 or more");
  CHECK_THROWS_WITH(PiecewiseConstantDecay({.boundaries = {1, 2}, .values = {1, 2}}),
                    "[piecewise_constant_decay] got 2 boundaries and 2 values, wanted one value "
                    "more than boundaries");
  CHECK_THROWS_WITH(PiecewiseConstantDecay({.boundaries = {2, 2}, .values = {1, 2, 3}}),
                    "[piecewise_constant_decay] the boundaries do not increase from one to the "
                    "next");
  CHECK_THROWS_WITH(LearningRateSchedule::FromFunction(nullptr),
                    "[learning rate schedule] got an empty function");
}
