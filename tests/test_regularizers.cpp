#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include "keratin/ops.hpp"
#include "keratin/regularizers.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using namespace keratin::regularizers;
using test::GoldenCase;

namespace {

struct Penalty {
  Tensor value, gradient;
};

Penalty penalty(const RegularizerHandle& regularizer, const Tensor& x) {
  GradientTape tape;
  tape.begin();
  const Node input = tape.watch(x);
  const Node value = regularizer(input);
  tape.backward(value + 0 * ops::sum(input));  // which depends on x even if the penalty does not
  return {value.value(), input.grad()};
}

double value_of(const RegularizerHandle& regularizer, const Tensor& x) {
  return penalty(regularizer, x).value.item();
}

// To 1e-6 of the largest number wanted: the smaller ones of a gradient are differences.
void check_near(const Tensor& got, const Tensor& wanted) {
  REQUIRE(got.shape() == wanted.shape());
  double largest = 0;
  for (float want : wanted.values()) largest = std::max(largest, std::fabs(double{want}));
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(std::fabs(double{got.values()[i]} - wanted.values()[i]) <= 1e-6 * largest);
}

template <class T>
RegularizerHandle made(const GoldenCase& golden) {
  return T(test::options_of<typename T::Options>(golden, {"regularizer"}));
}

const std::map<std::string, std::function<RegularizerHandle(const GoldenCase&)>> by_class = {
    {"L1", made<L1>},
    {"L2", made<L2>},
    {"L1L2", made<L1L2>},
    {"OrthogonalRegularizer", made<OrthogonalRegularizer>},
};

const Tensor matrix({{1, -2}, {3, 4}});

}  // namespace

TEST_CASE("regularizers give Keras's penalties and gradients", "[regularizers]") {
  for (const GoldenCase& golden : test::read_golden("regularizers")) {
    if (golden.name.find(".quirk.") != std::string::npos) continue;
    INFO(golden.name);
    const RegularizerHandle regularizer = by_class.at(golden.text("regularizer"))(golden);
    const Penalty got = penalty(regularizer, golden.tensor("x"));
    check_near(got.value, golden.tensor("value"));
    check_near(got.gradient, golden.tensor("gradient"));
  }
}

TEST_CASE("gradients of regularizers", "[regularizers]") {
  const RegularizerHandle cases[] = {L1(0.5), L2(0.5), L1L2({.l1 = 0.25, .l2 = 0.5}),
                                     OrthogonalRegularizer({.factor = 2}),
                                     OrthogonalRegularizer({.factor = 2, .mode = "columns"})};
  for (const RegularizerHandle& regularizer : cases) {
    const auto f = [&](std::span<const Node> x) { return regularizer(x[0]); };
    // Of one sign: between rows that are nearly orthogonal |cos| has a kink.
    test::check_gradients(class_name_of(*regularizer), f, {test::off_kinks({3, 4}, 0.5f, 2)});
  }
}

TEST_CASE("regularizers by name have Keras's defaults", "[regularizers]") {
  for (const char* name : {"l1", "L1"}) CHECK(value_of(get(name), matrix) == Approx(0.1));
  for (const char* name : {"l2", "L2"}) CHECK(value_of(get(name), matrix) == Approx(0.3));
  for (const char* name : {"l1_l2", "l1l2", "L1L2"}) CHECK(value_of(get(name), matrix) == 0);
  for (const char* name : {"orthogonal_regularizer", "OrthogonalRegularizer"})
    CHECK(value_of(get(name), matrix) == Approx(0.0044721));
  CHECK_THROWS_WITH(get("ridge"),
                    "[regularizer] there is no regularizer 'ridge' among: l1, l2, l1_l2, "
                    "orthogonal_regularizer");
}

TEST_CASE("a single row or column has no pair to be orthogonal to", "[regularizers]") {
  const Penalty row = penalty(OrthogonalRegularizer(), Tensor({{1, 2, 3}}));
  CHECK(row.value.item() == 0);
  CHECK(row.gradient == Tensor::zeros({1, 3}));
  CHECK(value_of(OrthogonalRegularizer({.mode = "columns"}), Tensor({{1}, {2}})) == 0);
}

TEST_CASE("regularizers refuse what they cannot do", "[regularizers]") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(L1(-1), "[l1] l1 is -1, wanted a finite number that is not negative");
  CHECK_THROWS_WITH(L2(infinity), "[l2] l2 is inf, wanted a finite number that is not negative");
  CHECK_THROWS_WITH(L1L2({.l1 = std::nan("")}),
                    "[l1_l2] l1 is nan, wanted a finite number that is not negative");
  CHECK_THROWS_WITH(L1L2({.l2 = -0.5}),
                    "[l1_l2] l2 is -0.5, wanted a finite number that is not negative");
  CHECK_THROWS_WITH(
      OrthogonalRegularizer({.factor = -1}),
      "[orthogonal_regularizer] factor is -1, wanted a finite number that is not negative");
  CHECK_THROWS_WITH(OrthogonalRegularizer({.mode = "diagonals"}),
                    "[orthogonal_regularizer mode] there is no orthogonal_regularizer mode "
                    "'diagonals' among: rows, columns");
  CHECK_THROWS_WITH(value_of(OrthogonalRegularizer(), Tensor({1, 2})),
                    "[orthogonal_regularizer] got shape (2,), wanted 2 axes");
  CHECK_THROWS_WITH(value_of({}, matrix), "[regularizer] there is none for x of shape (2, 2)");
  CHECK_THROWS_WITH(value_of([](Node x) { return ops::square(x); }, matrix),
                    "[regularizer] gave a penalty of shape (2, 2), wanted a scalar");
  CHECK_THROWS_WITH(Regularizer::FromFunction(nullptr), "[regularizer] got an empty function");
}

TEST_CASE("every regularizer survives a round trip through its fields", "[regularizers]") {
  for (const Row<Regularizer>& row : Regularizer::table().rows) {
    INFO(row.class_name);
    const std::shared_ptr<Regularizer> regularizer = make_member<Regularizer>(row.class_name);
    const Config config = describe(*regularizer);
    CHECK(config.find("class_name")->get_if<std::string>()->compare(row.class_name) == 0);
    CHECK(describe(*member_from_config<Regularizer>(config)) == config);
    CHECK_THROWS(make_member<Regularizer>(row.class_name, Config::Object{{"l3", 0.1}}));
  }
  CHECK(to_string(describe<Regularizer>(L1L2({.l1 = 0.1, .l2 = 0.7}))) ==
        R"({"module": "keras.regularizers", "class_name": "L1L2", )"
        R"("config": {"l1": 0.1, "l2": 0.7}, "registered_name": None})");
  CHECK(to_string(OrthogonalRegularizer({.factor = 0.3, .mode = "columns"}).get_config()) ==
        R"({"factor": 0.3, "mode": "columns"})");
  CHECK_THROWS_WITH(make_member<Regularizer>("l2", Config::Object{{"l3", 0.1}}),
                    "[L2] there is no field 'l3' among: l2");
}

namespace {

struct LogCoshOptions {
  double factor = 1.0;
};
template <class V>
void fields(V& v, LogCoshOptions& o) {
  v("factor", o.factor);
}

class LogCosh : public Configured<Regularizer, LogCoshOptions> {
 public:
  using Configured::Configured;
  Node operator()(Node x) const override {
    const Node log_cosh = ops::log(0.5f * (ops::exp(x) + ops::exp(-x)));
    return static_cast<float>(options().factor) * ops::sum(log_cosh);
  }
};

Node sum_of_fourth_powers(Node x) { return ops::sum(ops::power(x, 4)); }

}  // namespace

TEST_CASE("a regularizer of the program's own is one like ours", "[regularizers]") {
  const RegularizerHandle own = LogCosh({.factor = 2});
  CHECK(value_of(own, Tensor({1, 0})) == Approx(2 * std::log(std::cosh(1.0))));
  CHECK(to_string(own.config()) ==
        R"({"module": None, "class_name": "LogCosh", "config": {"factor": 2.0}, )"
        R"("registered_name": "LogCosh"})");
  CHECK_THROWS(RegularizerHandle::from_config(own.config()));  // an unknown name out here
  const CustomObjectScope scope({custom_object<LogCosh>("LogCosh")});
  const RegularizerHandle again = RegularizerHandle::from_config(own.config());
  CHECK(value_of(again, Tensor({1, 0})) == value_of(own, Tensor({1, 0})));
}

TEST_CASE("options hold a regularizer by value", "[regularizers]") {
  CHECK_FALSE(RegularizerHandle());
  CHECK_FALSE(RegularizerHandle::from_config(Config()));
  CHECK(RegularizerHandle("l2").config() == describe<Regularizer>(L2()));
  CHECK(value_of(RegularizerHandle::from_config("l2"), matrix) == Approx(0.3));
  CHECK(value_of(std::make_shared<L1>(0.5), matrix) == 5);
  CHECK(value_of(sum_of_fourth_powers, Tensor({1, 2})) == 17);
  const RegularizerHandle function = [](Node x) { return ops::sum(x); };
  CHECK(value_of(function, matrix) == 6);
  CHECK_THROWS_WITH(function.config(),
                    "[regularizer] FromFunction has no list of fields, so that a Config cannot "
                    "describe it");
}
