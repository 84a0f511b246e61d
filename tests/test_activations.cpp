#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "keratin/activations.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

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

ActivationFunction of(const test::GoldenCase& golden) {
  const std::string fn = golden.text("fn");
  const auto number = [&](const char* name, double otherwise) {
    return golden.number(name, otherwise);
  };
  using namespace activations;
  if (golden.options.size() == 1) return fn;
  if (fn == "relu") {
    ReluOptions options{.negative_slope = number("negative_slope", 0),
                        .threshold = number("threshold", 0)};
    if (golden.has("max_value")) options.max_value = golden.number("max_value");
    return [=](Node x) { return relu(x, options); };
  }
  if (fn == "leaky_relu")
    return
        [o = LeakyReluOptions{number("negative_slope", 0.2)}](Node x) { return leaky_relu(x, o); };
  if (fn == "elu") return [o = AlphaOptions{number("alpha", 1)}](Node x) { return elu(x, o); };
  if (fn == "celu") return [o = AlphaOptions{number("alpha", 1)}](Node x) { return celu(x, o); };
  if (fn == "gelu")
    return [o = GeluOptions{golden.flag("approximate")}](Node x) { return gelu(x, o); };
  if (fn == "hard_shrink")
    return [o = ShrinkOptions{number("threshold", 0.5)}](Node x) { return hard_shrink(x, o); };
  if (fn == "soft_shrink")
    return [o = ShrinkOptions{number("threshold", 0.5)}](Node x) { return soft_shrink(x, o); };
  if (fn == "squareplus")
    return [o = SquareplusOptions{number("b", 4)}](Node x) { return squareplus(x, o); };
  if (fn == "softmax")
    return [o = AxisOptions{golden.integer("axis", -1)}](Node x) { return softmax(x, o); };
  if (fn == "log_softmax")
    return [o = AxisOptions{golden.integer("axis", -1)}](Node x) { return log_softmax(x, o); };
  if (fn == "threshold")
    return [t = golden.number("threshold"), d = golden.number("default_value")](Node x) {
      return threshold(x, t, d);
    };
  throw std::runtime_error("no test for " + fn);
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
}

TEST_CASE("activations of tensors are those of nodes", "[activations]") {
  using namespace activations;
  const Tensor x = {-3, -1, -0.5, 0, 0.5, 1, 3, 7};
  const std::pair<const char*, Tensor> results[] = {{"linear", linear(x)},
                                                    {"relu", relu(x)},
                                                    {"relu6", relu6(x)},
                                                    {"leaky_relu", leaky_relu(x)},
                                                    {"elu", elu(x)},
                                                    {"selu", selu(x)},
                                                    {"celu", celu(x)},
                                                    {"gelu", gelu(x)},
                                                    {"silu", silu(x)},
                                                    {"mish", mish(x)},
                                                    {"sigmoid", sigmoid(x)},
                                                    {"hard_sigmoid", hard_sigmoid(x)},
                                                    {"hard_silu", hard_silu(x)},
                                                    {"tanh", activations::tanh(x)},
                                                    {"hard_tanh", hard_tanh(x)},
                                                    {"softplus", softplus(x)},
                                                    {"softsign", softsign(x)},
                                                    {"exponential", exponential(x)},
                                                    {"log_sigmoid", log_sigmoid(x)},
                                                    {"hard_shrink", hard_shrink(x)},
                                                    {"soft_shrink", soft_shrink(x)},
                                                    {"tanh_shrink", tanh_shrink(x)},
                                                    {"squareplus", squareplus(x)},
                                                    {"sparse_plus", sparse_plus(x)},
                                                    {"sparse_sigmoid", sparse_sigmoid(x)},
                                                    {"softmax", softmax(x)},
                                                    {"log_softmax", log_softmax(x)}};
  CHECK(std::size(results) == std::size(elementwise) + 2);
  for (const auto& [name, y] : results) {
    INFO(name);
    CHECK(y == ActivationFunction(name)(x));
    CHECK(y == run(name, x, Tensor::ones(x.shape())).y);
  }
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

  CHECK_THROWS_WITH(ActivationFunction("rleu"),
                    "[activation] there is no activation 'rleu' among: linear, relu, relu6, "
                    "leaky_relu, elu, selu, celu, gelu, silu, mish, sigmoid, "
                    "hard_sigmoid, hard_silu, tanh, hard_tanh, softplus, softsign, exponential, "
                    "log_sigmoid, hard_shrink, soft_shrink, tanh_shrink, "
                    "squareplus, sparse_plus, sparse_sigmoid, softmax, log_softmax");
  CHECK_THROWS_WITH(activations::celu(x, {.alpha = 0}), "[celu] alpha is 0, and it divides");
}
