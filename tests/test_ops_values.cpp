// Ops where they bend, overflow or meet NaN. Every value and gradient here that is no plain number
// was read off TensorFlow 2.21 (tf.GradientTape over keras.ops); the two places where ours differ
// on purpose say so.

#include <cmath>
#include <limits>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"

using namespace keratin;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float NaN = std::numeric_limits<float>::quiet_NaN();

void check_values(const std::string& what, const Tensor& got, const Tensor& wanted) {
  INFO(what << ": got " << to_string(got) << ", wanted " << to_string(wanted));
  REQUIRE(got.shape() == wanted.shape());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float g = got.values()[i], w = wanted.values()[i];
    CHECK((std::isnan(w) ? std::isnan(g) : g == w || std::abs(g - w) <= 2e-7f * (1 + std::abs(w))));
  }
}

// f(x) and the gradient of its sum
template <class F>
void check_at(const std::string& what, const F& f, const Tensor& x, const Tensor& y,
              const Tensor& dx) {
  GradientTape tape;
  const Node in = tape.watch(x), out = f(in);
  tape.backward(out);
  check_values(what, out.value(), y);
  check_values("gradient of " + what, in.grad(), dx);
}

template <class F>
void check_at(const std::string& what, const F& f, const Tensor& a, const Tensor& b,
              const Tensor& y, const Tensor& da, const Tensor& db) {
  GradientTape tape;
  const Node left = tape.watch(a), right = tape.watch(b), out = f(left, right);
  tape.backward(out);
  check_values(what, out.value(), y);
  check_values(what + ": gradient to a", left.grad(), da);
  check_values(what + ": gradient to b", right.grad(), db);
}

}  // namespace

TEST_CASE("functions of one input at their kinks and ends", "[ops][values]") {
  const Tensor x = {-0.0f, 0.0f, NaN, inf, -inf};
  using Op = Node (*)(Node);
  const auto row = [&](const char* name, Op op, const Tensor& y, const Tensor& dx) {
    check_at(name, op, x, y, dx);
  };
  row("relu", ops::relu, {0, 0, NaN, inf, 0}, {0, 0, 0, 1, 0});
  row("sigmoid", ops::sigmoid, {0.5f, 0.5f, NaN, 1, 0}, {0.25f, 0.25f, NaN, 0, 0});
  row("tanh", ops::tanh, {0, 0, NaN, 1, -1}, {1, 1, NaN, 0, 0});
  row("softplus", ops::softplus, {0.69314718f, 0.69314718f, NaN, inf, 0}, {0.5f, 0.5f, NaN, 1, 0});
  row("exp", ops::exp, {1, 1, NaN, inf, 0}, {1, 1, NaN, inf, 0});
  row("expm1", ops::expm1, {0, 0, NaN, inf, -1}, {1, 1, NaN, inf, 0});
  row("log", ops::log, {-inf, -inf, NaN, inf, NaN}, {-inf, inf, NaN, 0, 0});
  row("log1p", ops::log1p, {0, 0, NaN, inf, NaN}, {1, 1, NaN, 0, 0});
  row("sqrt", ops::sqrt, {0, 0, NaN, inf, NaN}, {-inf, inf, NaN, 0, NaN});
  row("rsqrt", ops::rsqrt, {-inf, inf, NaN, 0, NaN}, {inf, -inf, NaN, 0, NaN});
  row("square", ops::square, {0, 0, NaN, inf, inf}, {0, 0, NaN, inf, -inf});
  row("abs", ops::abs, {0, 0, NaN, inf, inf}, {0, 0, NaN, 1, -1});
  row("sign", ops::sign, {0, 0, NaN, 1, -1}, {0, 0, 0, 0, 0});
  row("erf", ops::erf, {0, 0, NaN, 1, -1}, {1.1283792f, 1.1283792f, NaN, 0, 0});
  row("negative", ops::negative, {0, 0, NaN, -inf, inf}, {-1, -1, -1, -1, -1});
  row("reciprocal", ops::reciprocal, {-inf, inf, NaN, 0, 0}, {-inf, -inf, NaN, 0, 0});
  check_at("log of -1", Op(ops::log), {-1}, {NaN}, {-1});
  check_at("log1p", Op(ops::log1p), {-1, -2}, {-inf, NaN}, {inf, -1});
  check_at("clip", [](Node x) { return ops::clip(x, -1, 1); }, {-1, 1, -2, 2, NaN, inf, -inf},
           {-1, 1, -1, 1, NaN, 1, -1}, {1, 1, 0, 0, 0, 0, 0});
  check_at("maximum with 0", [](Node x) { return ops::maximum(x, 0.0f); }, {0, -0.0f, NaN, 1, -1},
           {0, 0, NaN, 1, 0}, {1, 1, 0, 1, 0});
  check_at("minimum with 0", [](Node x) { return ops::minimum(x, 0.0f); }, {0, -0.0f, NaN, 1, -1},
           {0, 0, NaN, 0, -1}, {1, 1, 0, 0, 1});
  check_at("maximum with NaN", [](Node x) { return ops::maximum(x, NaN); }, {1, NaN}, {NaN, NaN},
           {0, 0});
}

TEST_CASE("functions keep their digits where naive formulas lose them", "[ops][values]") {
  GradientTape tape;
  const Tensor large = {-104, -87, -20, 20, 88.7f, 100};  // denormal numbers are zeros
  const Node x = tape.watch(large);
  const auto relative = [](const Node& node, std::initializer_list<double> wanted) {
    std::size_t i = 0;
    for (double value : wanted)
      CHECK(static_cast<double>(node.value().values()[i++]) ==
            Approx(value).epsilon(3e-7).margin(0));
  };
  relative(ops::exp(x), {0, std::exp(-87.0), std::exp(-20.0), std::exp(20.0),
                         std::exp(static_cast<double>(88.7f)), inf});
  relative(ops::sigmoid(x),
           {0, std::exp(-87.0), 1 / (1 + std::exp(20.0)), 1 / (1 + std::exp(-20.0)), 1, 1});
  relative(ops::softplus(x), {0, std::exp(-87.0), std::log1p(std::exp(-20.0)),
                              20 + std::log1p(std::exp(-20.0)), static_cast<double>(88.7f), 100});
  const Tensor small = {1e-30f, -1e-30f, 1e-5f, -1e-5f, 1e-37f};
  const Node s = tape.watch(small);
  for (const Node& node : {ops::expm1(s), ops::log1p(s), ops::tanh(s)})
    for (std::size_t i : {0, 1, 4}) CHECK(node.value().values()[i] == small.values()[i]);
  relative(ops::expm1(s), {1e-30, -1e-30, std::expm1(static_cast<double>(1e-5f)),
                           std::expm1(static_cast<double>(-1e-5f))});
  relative(ops::log1p(s), {1e-30, -1e-30, std::log1p(static_cast<double>(1e-5f)),
                           std::log1p(static_cast<double>(-1e-5f))});
  const double slope = 2 / std::sqrt(3.141592653589793);
  relative(ops::erf(s), {slope * 1e-30, -slope * 1e-30});
}

TEST_CASE("functions of two inputs at ties and NaN", "[ops][values]") {
  using Op = Node (*)(Node, Node);
  const Tensor a = {1, 1, 2, NaN, 1, 0, -0.0f}, b = {1, 2, 1, 1, NaN, -0.0f, 0};
  check_at("maximum", Op(ops::maximum), a, b, {1, 2, 2, NaN, NaN, 0, 0}, {1, 0, 1, 0, 0, 1, 1},
           {0, 1, 0, 1, 1, 0, 0});
  check_at("minimum", Op(ops::minimum), a, b, {1, 1, 1, NaN, NaN, 0, 0}, {1, 1, 0, 0, 0, 1, 1},
           {0, 0, 1, 1, 1, 0, 0});
  check_at("divide", Op(ops::divide), {1, 0, -1, inf}, {0, 0, 0, inf}, {inf, NaN, -inf, NaN},
           {inf, inf, inf, 0}, {-inf, NaN, inf, NaN});
  check_at("power", Op(ops::power), {0, 0, -2, -2, 2, 2, 0, NaN, -0.0f, 1},
           {2, 0, 2, 3, -1, 0.5f, -1, 0, 3, NaN}, {0, 1, 4, -8, 0.5f, 1.41421354f, inf, 1, 0, 1},
           {0, NaN, -4, 12, -0.25f, 0.353553385f, -inf, NaN, 0, NaN},
           {0, 0, 0, 0, 0.346573591f, 0.980258107f, NaN, 0, 0, 0});
  const Tensor condition = {1, 0, NaN};  // NaN is not 0
  check_at("where", [&](Node a, Node b) { return ops::where(a.tape().constant(condition), a, b); },
           {NaN, 1, 3}, {2, NaN, 4}, {NaN, NaN, 3}, {1, 0, 1}, {0, 1, 0});
}

TEST_CASE("comparisons, NaN among them", "[ops][values]") {
  const Tensor a = {1, 2, 3, NaN, NaN}, b = {2, 2, 2, 2, NaN};
  GradientTape tape;
  const Node x = tape.constant(a), y = tape.constant(b);
  CHECK(ops::equal(x, y).value() == Tensor{0, 1, 0, 0, 0});
  CHECK(ops::greater(x, y).value() == Tensor{0, 0, 1, 0, 0});
  CHECK(ops::greater_equal(x, y).value() == Tensor{0, 1, 1, 0, 0});
  CHECK(ops::less(x, y).value() == Tensor{1, 0, 0, 0, 0});
  CHECK(ops::less_equal(x, y).value() == Tensor{1, 1, 0, 0, 0});
  const Tensor column = {{1}, {3}}, row = {1, 2, 3};
  CHECK(ops::greater(tape.constant(column), tape.constant(row)).value() ==
        Tensor{{0, 0, 0}, {1, 1, 0}});
}

TEST_CASE("reductions at ties, infinities and NaN", "[ops][values]") {
  const float third = 1.0f / 3;
  check_at("max", [](Node x) { return ops::max(x, -1); },
           {{1, 3, 3}, {2, 2, 2}, {NaN, 1, 2}, {1, NaN, 2}, {1, 2, NaN}, {-inf, -inf, -inf}},
           {3, 2, NaN, NaN, NaN, -inf},
           {{0, 0.5f, 0.5f},
            {third, third, third},
            {NaN, NaN, NaN},
            {NaN, NaN, NaN},
            {NaN, NaN, NaN},
            {third, third, third}});
  check_at("max over non-adjacent axes",
           [](Node x) {
             return ops::max(x, {0, 2});
           },
           {{{5, 5}, {1, 2}}, {{5, 3}, {2, 2}}}, {5, 2},
           {{{third, third}, {0, third}}, {{third, 0}, {third, third}}});
  check_at("logsumexp", [](Node x) { return ops::logsumexp(x, -1); },
           {{1, 2, 3}, {-inf, -inf, -inf}, {inf, 1, 2}, {NaN, 1, 2}, {1e4f, 1e4f, 0}, {-inf, 0, 0}},
           {3.40760589f, -inf, inf, NaN, 10000.6934f, 0.693147182f},
           {{0.0900305733f, 0.244728476f, 0.665240943f},
            {NaN, NaN, NaN},
            {NaN, 0, 0},
            {NaN, NaN, NaN},
            {0.5f, 0.5f, 0},
            {0, 0.5f, 0.5f}});
}

TEST_CASE("softmax at infinities and NaN", "[ops][values]") {
  // TensorFlow answers (inf, 1, 2) and (NaN, 1, 2) with (NaN, 0, 0); ours makes the whole row NaN,
  // so that it shows.
  const Tensor x = {{1, 2, 3},       {-inf, -inf, -inf}, {inf, 1, 2},     {NaN, 1, 2},
                    {1e4f, 1e4f, 0}, {-inf, 0, 0},       {0, -104, -1e4f}};
  GradientTape tape;
  check_values("softmax", ops::softmax(tape.constant(x)).value(),
               {{0.0900305733f, 0.244728476f, 0.665240943f},
                {NaN, NaN, NaN},
                {NaN, NaN, NaN},
                {NaN, NaN, NaN},
                {0.5f, 0.5f, 0},
                {0, 0.5f, 0.5f},
                {1, 0, 0}});
  check_values("log_softmax", ops::log_softmax(tape.constant(x)).value(),
               {{-2.40760589f, -1.40760589f, -0.407605946f},
                {NaN, NaN, NaN},
                {NaN, NaN, NaN},
                {NaN, NaN, NaN},
                {-0.693147182f, -0.693147182f, -10000.6934f},
                {-inf, -0.693147182f, -0.693147182f},
                {0, -104, -1e4f}});
  const Tensor longer = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, NaN, 18, 19, 20}};
  for (float value : ops::softmax(tape.constant(longer)).value().values()) CHECK(std::isnan(value));
  for (float value : ops::log_softmax(tape.constant(longer)).value().values())
    CHECK(std::isnan(value));
}

TEST_CASE("reductions over nothing", "[ops][values]") {
  const Tensor none = Tensor::zeros({0, 2});
  GradientTape tape;
  const Node x = tape.watch(none);
  check_values("sum", ops::sum(x, 0).value(), {0, 0});
  check_values("mean", ops::mean(x, 0).value(), {NaN, NaN});
  check_values("logsumexp", ops::logsumexp(x, 0).value(), {-inf, -inf});
  check_values("sum of all", ops::sum(x).value(), 0.0f);
  check_values("mean of all", ops::mean(x).value(), NaN);
  CHECK(ops::sum(x, 1).shape() == Shape{0});
  CHECK(ops::softmax(x).shape() == Shape{0, 2});
  CHECK(ops::softmax(x, 0).shape() == Shape{0, 2});
  CHECK(ops::flatten(x).shape() == Shape{0, 2});
  CHECK(ops::transpose(x).shape() == Shape{2, 0});
  CHECK(ops::concatenate({x, x}, 0).shape() == Shape{0, 2});
  CHECK_THROWS_WITH(ops::max(x, 0), "[max] an axis of size 0 in shape (0, 2) has no maximum");
  tape.backward(ops::exp(x) * ops::sum(x, 0));
  CHECK(x.grad().shape() == Shape{0, 2});
}

TEST_CASE("cross-entropies at extreme logits", "[ops][values]") {
  const Tensor logits = {{1e4f, 0, -1e4f}, {NaN, 0, 1}, {1, 2, 3}},
               targets = {{0, 1, 0}, {0, 1, 0}, {0.5f, 0.2f, 0.1f}};
  check_at("softmax_cross_entropy", [](Node t, Node z) { return ops::softmax_cross_entropy(t, z); },
           targets, logits, {1e4f, NaN, 1.52608478f},
           {{0, 1e4f, 2e4f}, {NaN, NaN, NaN}, {2.40760589f, 1.40760589f, 0.40760592f}},
           {{1, -1, 0}, {NaN, NaN, NaN}, {-0.409969419f, 0.0447284728f, 0.56524092f}});
  // TensorFlow's is NaN: it multiplies the target 0 by the infinite distance. Ours counts nothing
  // for a class that has no weight.
  check_at("a class that is ruled out",
           [](Node t, Node z) { return ops::softmax_cross_entropy(t, z); }, {{0, 1, 0}},
           {{-inf, 0, 1}}, {1.31326163f}, {{inf, 1.31326163f, 0.313261658f}},
           {{0, -0.731058598f, 0.731058598f}});
  const Tensor labels = {1, 1, 1, 0};
  check_at("sparse_softmax_cross_entropy",
           [&](Node z) { return ops::sparse_softmax_cross_entropy(z.tape().constant(labels), z); },
           {{1e4f, 0, -1e4f}, {NaN, 0, 1}, {-inf, 0, 1}, {1, 2, 3}},
           {1e4f, NaN, 1.31326163f, 2.40760589f},
           {{1, -1, 0},
            {NaN, NaN, NaN},
            {0, -0.731058598f, 0.731058598f},
            {-0.909969449f, 0.244728476f, 0.665240943f}});
  check_at("sigmoid_cross_entropy", ops::sigmoid_cross_entropy, {0, 1, 0.5f, 1, 0, 1},
           {1e4f, -1e4f, 0, NaN, -inf, inf}, {1e4f, 1e4f, 0.693147182f, NaN, NaN, NaN},
           {-1e4f, 1e4f, 0, NaN, inf, -inf}, {1, -1, 0, NaN, 0, 0});
}
