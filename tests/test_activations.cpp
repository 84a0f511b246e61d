#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "keratin/activations.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;

namespace {

struct Result {
  Tensor y, gradient;
};

Result run(const ActivationFunction& activation, const Tensor& x, const Tensor& upstream) {
  GradientTape tape;
  tape.begin();
  const Node in = tape.watch(x), out = activation(in);
  tape.backward(ops::sum(out * tape.constant(upstream)));
  return {out.value(), in.grad()};
}

// The function with the options of a case.
template <class Options>
ActivationFunction with_options(const activations::UnaryFunction<Options>& function,
                                const test::GoldenCase& golden) {
  const auto options = test::options_of<Options>(golden, {"fn"});
  return [function, options](Node x) { return function(x, options); };
}

ActivationFunction of(const test::GoldenCase& golden) {
  using namespace activations;
  const std::string& fn = golden.text("fn");
  if (golden.options.size() == 1) return fn;
  if (fn == "relu") return with_options(relu, golden);
  if (fn == "leaky_relu") return with_options(leaky_relu, golden);
  if (fn == "elu") return with_options(elu, golden);
  if (fn == "celu") return with_options(celu, golden);
  if (fn == "gelu") return with_options(gelu, golden);
  if (fn == "hard_shrink") return with_options(hard_shrink, golden);
  if (fn == "soft_shrink") return with_options(soft_shrink, golden);
  if (fn == "squareplus") return with_options(squareplus, golden);
  if (fn == "softmax") return with_options(softmax, golden);
  if (fn == "log_softmax") return with_options(log_softmax, golden);
  if (fn == "sparsemax") return with_options(sparsemax, golden);
  if (fn == "glu") return with_options(glu, golden);
  REQUIRE(fn == "threshold");
  return [t = golden.number("threshold"), d = golden.number("default_value")](Node x) {
    return threshold(x, t, d);
  };
}

// Everywhere within a few units in the last place of float32 beside 1: sums such as 1 + erf(x) are
// not more exact than that.
void check_close(const Tensor& got, const Tensor& wanted, const Tensor& x,
                 float tolerance = 1e-6f) {
  REQUIRE(got.shape() == wanted.shape());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float g = got.values()[i], w = wanted.values()[i];
    INFO("x " << x.values()[i] << ": got " << g << ", wanted " << w);
    CHECK((g == w || std::fabs(g - w) <= tolerance * std::max(1.0f, std::fabs(w))));
  }
}

const char* const elementwise[] = {
    "linear",      "relu",         "relu6",       "leaky_relu",  "elu",
    "selu",        "celu",         "gelu",        "silu",        "mish",
    "sigmoid",     "hard_sigmoid", "hard_silu",   "tanh",        "hard_tanh",
    "softplus",    "softsign",     "exponential", "log_sigmoid", "hard_shrink",
    "soft_shrink", "tanh_shrink",  "squareplus",  "sparse_plus", "sparse_sigmoid"};

}  // namespace

TEST_CASE("activations and their gradients are Keras's", "[activations][golden]") {
  const auto cases = test::read_golden("activations");
  CHECK(cases.size() > 80);
  for (const auto& golden : cases) {
    INFO(golden.name);
    const Tensor& x = golden.tensor("x");
    const auto [y, gradient] = run(of(golden), x, golden.tensor("upstream"));
    check_close(y, golden.tensor("y"), x);
    // Keras's own mish: its 1 - tanh^2 is 0 at x = 8, where the true slope is 1.0000034.
    check_close(gradient, golden.tensor("gradient"), x,
                golden.text("fn") == "mish" ? 3e-6f : 1e-6f);
  }
}

TEST_CASE("gradients of sparsemax and glu are those of differences", "[activations][gradients]") {
  using namespace activations;
  using In = std::span<const Node>;
  const Tensor x = test::off_kinks({4, 6});
  test::check_gradients("sparsemax", [](In in) { return sparsemax(in[0] * 0.3f); }, {x});
  test::check_gradients("sparsemax, axis 0", [](In in) { return sparsemax(in[0] * 0.3f, {0}); },
                        {test::off_kinks({6, 2})});
  test::check_gradients("glu", [](In in) { return glu(in[0]); }, {x});
  test::check_gradients("glu, axis 0", [](In in) { return glu(in[0], {0}); }, {x});
}

TEST_CASE("slopes at the corners are TensorFlow's", "[activations]") {
  const std::map<std::string, std::pair<float, float>> slopes = {
      // activation: corner, slope there
      {"relu", {0, 0}}, {"relu6", {0, 0}},        {"leaky_relu", {0, 0.2f}},
      {"elu", {0, 1}},  {"selu", {0, 1.050701f}}, {"hard_sigmoid", {-3, 0}}};
  for (const auto& [name, corner] : slopes) {
    INFO(name);
    CHECK(run(name, Tensor(corner.first), Tensor(1.0f)).gradient.item() == Approx(corner.second));
  }
  CHECK(run("relu6", Tensor(6.0f), Tensor(1.0f)).gradient.item() == 0);
}

TEST_CASE("NaN goes through every activation, and large inputs make none", "[activations]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor x = {1, nan, -2, 1e4, -1e4, 1e6, -1e6}, upstream = Tensor::ones({7});
  for (const char* name : elementwise) {
    INFO(name);
    const auto [y, gradient] = run(name, x, upstream);
    for (std::size_t i = 0; i < x.size(); ++i) {
      INFO("x " << x.values()[i]);
      CHECK(std::isnan(y.values()[i]) == (i == 1));
      CHECK((i == 1 || !std::isnan(gradient.values()[i])));
    }
  }
  using namespace activations;
  const Tensor bad = {nan};
  CHECK(std::isnan(relu(bad, {.negative_slope = 0.1, .max_value = 2, .threshold = 0.75}).item()));
  CHECK(std::isnan(threshold(bad, 1, 0).item()));
  CHECK(std::isnan(gelu(bad, {true}).item()));
  const Tensor row = sparsemax({{1, nan, 3}, {1, 0, 0}});
  CHECK(std::isnan(row.values()[0]));
  CHECK(row.values()[3] == 1);
  CHECK(std::isnan(glu({1, nan}).item()));
}

TEST_CASE("activations of tensors are those of nodes", "[activations]") {
  using namespace activations;
  const Tensor x = {-3, -1, -0.5, 0, 0.5, 1, 3, 7};
  std::size_t checked = 0;
  const auto same_by_name = [&](const auto& function) {
    INFO(function.name());
    const ActivationFunction named = function.name();
    CHECK(named.name() == function.name());
    CHECK(named(x) == function(x));
    CHECK(run(named, x, Tensor::ones(function(x).shape())).y == function(x));
    CHECK(ActivationFunction(function).name() == function.name());
    ++checked;
  };
  same_by_name(linear);
  same_by_name(relu);
  same_by_name(relu6);
  same_by_name(leaky_relu);
  same_by_name(elu);
  same_by_name(selu);
  same_by_name(celu);
  same_by_name(gelu);
  same_by_name(silu);
  same_by_name(mish);
  same_by_name(sigmoid);
  same_by_name(hard_sigmoid);
  same_by_name(hard_silu);
  same_by_name(activations::tanh);
  same_by_name(hard_tanh);
  same_by_name(softplus);
  same_by_name(softsign);
  same_by_name(exponential);
  same_by_name(log_sigmoid);
  same_by_name(hard_shrink);
  same_by_name(soft_shrink);
  same_by_name(tanh_shrink);
  same_by_name(squareplus);
  same_by_name(sparse_plus);
  same_by_name(sparse_sigmoid);
  same_by_name(softmax);
  same_by_name(log_softmax);
  same_by_name(sparsemax);
  same_by_name(glu);
  CHECK(checked == std::size(elementwise) + 4);
  CHECK(gelu(x, {true}).values()[0] == Approx(-0.0036374).epsilon(1e-4));
  CHECK(relu(x, {.negative_slope = 0.1, .max_value = 2, .threshold = 0.75}).values()[1] ==
        Approx(-0.175));
  CHECK(softmax({{1, 1}, {1, 1}, {1, 1}}, {.axis = 0}).values()[0] == Approx(1 / 3.0));
}

TEST_CASE("softmax and sigmoid leave their logits to a loss", "[activations]") {
  GradientTape tape;
  tape.begin();
  const Tensor x = {{1, 2}, {3, 5}};
  const Node in = tape.watch(x);
  const Node softmax = ActivationFunction("softmax")(in),
             sigmoid = ActivationFunction("sigmoid")(in);
  CHECK(softmax.op() == &ops::softmax_op);
  CHECK(&softmax.input(0).value() == &in.value());
  CHECK(sigmoid.op() == &ops::sigmoid_op);
  CHECK(&sigmoid.input(0).value() == &in.value());
  CHECK(ActivationFunction("silu")(in).op() != &ops::sigmoid_op);
}

TEST_CASE("an activation by name, as a function, or none", "[activations]") {
  const Tensor x = {-1, 2};
  CHECK(ActivationFunction()(x) == x);
  CHECK(ActivationFunction().name() == "linear");
  CHECK(ActivationFunction("swish").name() == "silu");
  CHECK(activations::get("hard_swish").name() == "hard_silu");

  const ActivationFunction twice = [](Node node) { return 2 * node; };
  CHECK(twice(x) == Tensor({-2, 4}));
  CHECK(twice.name().empty());

  CHECK(ActivationFunction("relu").fused() == ops::Fused::relu);
  CHECK(ActivationFunction("tanh").fused() == ops::Fused::tanh);
  for (const ActivationFunction& other :
       {ActivationFunction(), ActivationFunction("sigmoid"), ActivationFunction("relu6"), twice})
    CHECK(other.fused() == ops::Fused::none);

  CHECK(ActivationFunction(activations::relu).name() == "relu");
  CHECK(ActivationFunction(activations::relu).fused() == ops::Fused::relu);

  CHECK_THROWS_WITH(
      ActivationFunction("rleu"),
      "[activation] there is no activation 'rleu' among: linear, relu, relu6, "
      "leaky_relu, elu, selu, celu, gelu, silu, mish, sigmoid, "
      "hard_sigmoid, hard_silu, tanh, hard_tanh, softplus, softsign, exponential, "
      "log_sigmoid, hard_shrink, soft_shrink, tanh_shrink, "
      "squareplus, sparse_plus, sparse_sigmoid, softmax, log_softmax, sparsemax, glu");
  CHECK_THROWS_WITH(activations::glu(Tensor({1, 2, 3})),
                    "[glu] axis -1 of shape (3,) has an odd number of values, wanted two halves");
  CHECK_THROWS_WITH(activations::celu(x, {.alpha = 0}), "[celu] alpha is 0, and it divides");
  CHECK_THROWS_WITH(ActivationFunction(std::function<Node(Node)>()),
                    "[activation] the function is empty");
  Node (*null)(Node) = nullptr;
  CHECK_THROWS_WITH(ActivationFunction(null), "[activation] the function is empty");
  static_assert(!std::is_constructible_v<ActivationFunction, std::nullptr_t>);
}

TEST_CASE("an activation is described by its name", "[activations]") {
  for (const char* name : elementwise) {
    INFO(name);
    const ActivationFunction activation = name;
    CHECK(activation.config() == Config(name));
    CHECK(ActivationFunction::from_config(activation.config()).name() == name);
  }
  CHECK(ActivationFunction("swish").config() == Config("silu"));
  CHECK(ActivationFunction().config() == Config("linear"));
  CHECK(ActivationFunction::from_config(Config()).name() == "linear");
  const ActivationFunction twice = [](Node node) { return 2 * node; };
  CHECK_THROWS_WITH(twice.config(),
                    "[activation] a function of the program's cannot be described: only names can");
  CHECK_THROWS_WITH(ActivationFunction::from_config(2), "[activation] name is 2, wanted a string");
}

TEST_CASE("an activation in a step allocates nothing after the first", "[activations]") {
  const Tensor x = Tensor::full({4, 8}, 0.5f);
  for (const char* name : elementwise) {
    INFO(name);
    const ActivationFunction activation = name;
    GradientTape tape;
    const auto step = [&] {
      tape.begin();
      tape.backward(ops::sum(activation(tape.watch(x))));
    };
    step();
    CHECK(test::allocations_of(step).count == 0);
  }
  for (const char* name : {"sparsemax", "glu"}) {
    INFO(name);
    const ActivationFunction activation = name;
    GradientTape tape;
    const auto step = [&] {
      tape.begin();
      tape.backward(ops::sum(activation(tape.watch(x))));
    };
    step();
    CHECK(test::allocations_of(step).count == 0);
  }
  GradientTape tape;
  const auto threshold_step = [&] {
    tape.begin();
    tape.backward(ops::sum(activations::threshold(tape.watch(x), 1, 0)));
  };
  threshold_step();
  CHECK(test::allocations_of(threshold_step).count == 0);
}
