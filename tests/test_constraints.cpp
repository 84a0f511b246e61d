#include <cmath>
#include <memory>
#include <string>

#include "keratin/constraints.hpp"
#include "keratin/layers.hpp"
#include "keratin/optimizers.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace keratin;
using namespace keratin::constraints;
using test::GoldenCase;

namespace {

Tensor constrained(const Constraint& constraint, const Tensor& w) {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  return constraint.applied(tape, w);
}

Tensor constrained(const ConstraintHandle& constraint, const Tensor& w) {
  return constrained(*constraint, w);
}

void check_near(const Tensor& got, const Tensor& wanted) {
  REQUIRE(got.shape() == wanted.shape());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double want = wanted.values()[i];
    INFO("at " << i << ": got " << got.values()[i] << ", wanted " << want);
    CHECK(std::fabs(got.values()[i] - want) <= 1e-6 * std::fabs(want));
  }
}

const Tensor matrix({{3, -0.3f}, {4, 0.4f}});  // its columns have the norms 5 and 0.5

}  // namespace

TEST_CASE("constraints make of weights what Keras's do", "[constraints][golden]") {
  for (const GoldenCase& golden : test::read_golden("constraints")) {
    INFO(golden.name);
    const auto constraint = test::member_of<Constraint>(golden, "constraint");
    REQUIRE(constraint);
    check_near(constrained(*constraint, golden.tensor("w")), golden.tensor("value"));
  }
}

TEST_CASE("constraints by name have Keras's defaults", "[constraints]") {
  for (const char* name : {"non_neg", "NonNeg"})
    CHECK(constrained(get(name), matrix) == Tensor({{3, 0}, {4, 0.4f}}));
  for (const char* name : {"unit_norm", "UnitNorm"})
    check_near(constrained(get(name), matrix), Tensor({{0.6f, -0.6f}, {0.8f, 0.8f}}));
  for (const char* name : {"max_norm", "MaxNorm"})
    check_near(constrained(get(name), matrix), Tensor({{1.2f, -0.3f}, {1.6f, 0.4f}}));
  for (const char* name : {"min_max_norm", "MinMaxNorm"})
    check_near(constrained(get(name), matrix), Tensor({{0.6f, -0.3f}, {0.8f, 0.4f}}));
  CHECK_THROWS_WITH(get("max"),
                    "[constraint] there is no constraint 'max' among: non_neg, unit_norm, "
                    "max_norm, min_max_norm");
}

TEST_CASE("an optimizer applies constraints after its update, without allocations",
          "[constraints]") {
  Variable w{"w", {1, 2}, {2, -1}}, frozen{"frozen", {-1}, {1}, false};
  w.constraint = frozen.constraint = std::make_shared<NonNeg>();
  Variable* variables[] = {&w, &frozen};
  optimizers::SGD sgd({.learning_rate = 1});
  sgd.apply(variables);
  CHECK(w.value == Tensor({0, 3}));
  CHECK(frozen.value == Tensor({-1}));
  w.constraint = std::make_shared<MinMaxNorm>();
  sgd.apply(variables);
  CHECK(test::allocations_of([&] { sgd.apply(variables); }).count == 0);
  optimizers::SGD copy = sgd;
  copy.apply(variables);
}

TEST_CASE("layers pass constraints on to their weights", "[constraints]") {
  layers::Dense dense(3, {.kernel_constraint = MaxNorm({.max_value = 2, .axis = {0, 1}}),
                          .bias_constraint = [](Node w) { return ops::clip(w, -1, 1); }});
  dense.build({2});
  const auto variables = dense.variables();
  const Tensor kernel = constrained(*variables[0]->constraint, Tensor::full({2, 3}, 10));
  CHECK(kernel.values()[5] == Approx(2 / std::sqrt(6.0)));
  CHECK(constrained(*variables[1]->constraint, Tensor({-3, 0, 3})) == Tensor({-1, 0, 1}));

  const layers::Dense described(3, {.kernel_constraint = "unit_norm", .bias_constraint = NonNeg()});
  const Config config = describe<Layer>(described);
  CHECK(describe<Layer>(*member_from_config<Layer>(config)) == config);
  CHECK_THROWS_WITH(dense.get_config(),
                    "[constraint] FromFunction has no list of fields, so that a Config cannot "
                    "describe it");
}

TEST_CASE("constraints refuse what they cannot do", "[constraints]") {
  CHECK_THROWS_WITH(MaxNorm(-1), "[max_norm] max_value is -1, wanted 0 or more");
  CHECK_THROWS_WITH(MinMaxNorm({.min_value = 2}),
                    "[min_max_norm] min_value is 2 and max_value 1, wanted 0 <= min_value <= "
                    "max_value");
  CHECK_THROWS_WITH(Constraint::FromFunction(nullptr), "[constraint] got an empty function");
  const ConstraintHandle shapeless = [](Node w) { return ops::sum(w); };
  CHECK_THROWS_WITH(constrained(shapeless, matrix),
                    "[constraint] gave shape () for weights of shape (2, 2)");
  // Before the first step, which so changes nothing.
  layers::Dense dense(3, {.bias_constraint = UnitNorm({.axis = 1})});
  CHECK_THROWS_AS(dense.build({2}), std::invalid_argument);
}

TEST_CASE("every constraint survives a round trip through its fields", "[constraints]") {
  for (const Row<Constraint>& row : Constraint::table().rows) {
    INFO(row.class_name);
    const std::shared_ptr<Constraint> constraint = make_member<Constraint>(row.class_name);
    const Config config = describe(*constraint);
    CHECK(config.find("class_name")->get_if<std::string>()->compare(row.class_name) == 0);
    CHECK(describe(*member_from_config<Constraint>(config)) == config);
    CHECK_THROWS(make_member<Constraint>(row.class_name, Config::Object{{"norm", 1}}));
  }
  CHECK(to_string(describe<Constraint>(MinMaxNorm({.rate = 0.5, .axis = {0, 1}}))) ==
        R"({"module": "keras.constraints", "class_name": "MinMaxNorm", )"
        R"("config": {"min_value": 0.0, "max_value": 1.0, "rate": 0.5, "axis": [0, 1]}, )"
        R"("registered_name": None})");
}
