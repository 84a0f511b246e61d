// Every op of ops.hpp, a row each, against central differences. The cross-entropies and the
// products are at the end.

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using namespace keratin::test;
using In = std::span<const Node>;

TEST_CASE("gradients of functions of one input", "[ops][gradients]") {
  struct Row {
    const char* name;
    Node (*op)(Node);
    float low, high;
  };
  const Row rows[] = {
      {"negative", ops::negative, -2, 2},
      {"reciprocal", ops::reciprocal, 0.5f, 2.5f},
      {"reciprocal", ops::reciprocal, -2.5f, -0.5f},
      {"exp", ops::exp, -2, 2},
      {"expm1", ops::expm1, -2, 2},
      {"log", ops::log, 0.5f, 3},
      {"log1p", ops::log1p, -0.5f, 3},
      {"sqrt", ops::sqrt, 0.5f, 3},
      {"rsqrt", ops::rsqrt, 0.5f, 3},
      {"square", ops::square, -2, 2},
      {"abs", ops::abs, -2, 2},
      {"sign", ops::sign, -2, 2},
      {"erf", ops::erf, -3, 3},
      {"relu", ops::relu, -2, 2},
      {"sigmoid", ops::sigmoid, -6, 6},
      {"tanh", ops::tanh, -3, 3},
      {"softplus", ops::softplus, -6, 6},
  };
  for (const Row& row : rows)
    for (const Shape& shape : {Shape{}, Shape{37}, Shape{2, 3}, Shape{2, 3, 2},
                               Shape{2, 1, 3, 2}})  // 37: batches and a rest
      check_gradients(concat(row.name, ' ', shape), [&](In in) { return row.op(in[0]); },
                      {off_kinks(shape, row.low, row.high)});
}

TEST_CASE("gradients of functions of one input and a number", "[ops][gradients]") {
  const Tensor x = off_kinks({4, 5}), positive = off_kinks({4, 5}, 0.5f, 2.5f);
  const auto row = [](const char* name, const Tensor& x, Node (*op)(Node)) {
    check_gradients(name, [&](In in) { return op(in[0]); }, {x});
  };
  row("add", x, [](Node x) { return ops::add(x, 0.7f); });
  row("multiply", x, [](Node x) { return ops::multiply(x, -1.7f); });
  row("power 2.5", positive, [](Node x) { return ops::power(x, 2.5f); });
  row("power -1", positive, [](Node x) { return ops::power(x, -1.0f); });
  row("power 3", x, [](Node x) { return ops::power(x, 3.0f); });
  row("maximum", x, [](Node x) { return ops::maximum(x, 0.5f); });
  row("minimum", x, [](Node x) { return ops::minimum(x, -0.5f); });
  row("clip", x, [](Node x) { return ops::clip(x, -1, 0.5f); });
  row("x + number", x, [](Node x) { return x + 3.0f; });
  row("number + x", x, [](Node x) { return 3.0f + x; });
  row("x - number", x, [](Node x) { return x - 3.0f; });
  row("number - x", x, [](Node x) { return 3.0f - x; });
  row("x * number", x, [](Node x) { return x * 3.0f; });
  row("number * x", x, [](Node x) { return 3.0f * x; });
  row("x / number", x, [](Node x) { return x / 3.0f; });
  row("number / x", positive, [](Node x) { return 3.0f / x; });
  row("-x", x, [](Node x) { return -x; });
}

TEST_CASE("gradients of functions of two inputs, broadcast", "[ops][gradients]") {
  struct Row {
    const char* name;
    Node (*op)(Node, Node);
    Tensor (*a)(const Shape&);
    Tensor (*b)(const Shape&);
  };
  const auto any = [](const Shape& shape) { return off_kinks(shape); };
  const auto other = [](const Shape& shape) { return off_kinks(shape, -2, 2, 2); };
  const auto positive = [](const Shape& shape) { return off_kinks(shape, 0.5f, 2.5f, 3); };
  const auto apart = [](const Shape& shape) { return distinct(shape); };
  const auto between = [](const Shape& shape) { return distinct(shape, 0.125f); };
  const Row rows[] = {
      {"add", ops::add, any, other},
      {"subtract", ops::subtract, any, other},
      {"multiply", ops::multiply, any, other},
      {"divide", ops::divide, any, positive},
      {"power", ops::power, positive, other},
      {"maximum", ops::maximum, apart, between},
      {"minimum", ops::minimum, apart, between},
  };
  const std::pair<Shape, Shape> shapes[] = {
      {{2, 3}, {2, 3}},
      {{37}, {37}},
      {{2, 3}, {3}},
      {{2, 3}, {2, 1}},
      {{2, 3}, {}},
      {{2, 3}, {1, 1}},
      {{}, {2, 3}},
      {{3}, {2, 3}},
      {{2, 1}, {2, 3}},
      {{1}, {2, 3}},
      {{2, 1, 3}, {4, 1}},
      {{2, 3, 4}, {3, 4}},
      {{2, 1}, {1, 3}},
      {{3, 1}, {3}},
      {{2, 3, 4}, {3, 1}},
      {{1, 3, 1}, {2, 1, 4}},
      {{2, 1, 2, 1}, {3, 1, 2}},
      {{1, 2}, {2, 2}},
  };
  for (const Row& row : rows)
    for (const auto& [a, b] : shapes)
      check_gradients(concat(row.name, ' ', a, ' ', b), [&](In in) { return row.op(in[0], in[1]); },
                      {row.a(a), row.b(b)});
}

TEST_CASE("gradients where an input is used again", "[ops][gradients]") {
  const Tensor x = off_kinks({2, 3}), y = off_kinks({3}, 0.5f, 2.5f), square = off_kinks({3, 3});
  check_gradients("x + x", [](In in) { return in[0] + in[0]; }, {x});
  check_gradients("x - x", [](In in) { return in[0] - in[0]; }, {x});
  check_gradients("x * x", [](In in) { return in[0] * in[0]; }, {x});
  check_gradients("x / x", [](In in) { return in[0] / in[0]; }, {y});
  check_gradients("x^x", [](In in) { return ops::power(in[0], in[0]); }, {y});
  check_gradients("y broadcast twice", [](In in) { return (in[0] + in[1]) * in[1]; }, {x, y});
  check_gradients("broadcast of itself",
                  [](In in) { return ops::expand_dims(in[0], 0) * ops::expand_dims(in[0], 1); },
                  {y});
  check_gradients("a swish and a skip", [](In in) { return in[0] * ops::sigmoid(in[0]) + in[0]; },
                  {x});
  check_gradients("where of itself", [](In in) { return ops::where(in[0], in[0] * in[0], in[0]); },
                  {x});
  check_gradients("concatenated with itself",
                  [](In in) {
                    return ops::concatenate({in[0], in[0], ops::exp(in[0])}, 0);
                  },
                  {x});
  check_gradients("reshaped twice",
                  [](In in) {
                    return ops::reshape(in[0], {3, 2}) * ops::exp(ops::reshape(in[0], {3, 2}));
                  },
                  {x});
  check_gradients("x x", [](In in) { return ops::matmul(in[0], in[0]); }, {square});
  check_gradients("x times its transpose",
                  [](In in) { return ops::matmul(in[0], ops::transpose(in[0])); }, {x});
  check_gradients(
      "a shared kernel",
      [](In in) {
        return ops::linear(ops::linear(in[0], in[1], in[2], ops::Fused::tanh), in[1], in[2],
                           ops::Fused::tanh);
      },
      {off_kinks({2, 3}, -1, 1), off_kinks({3, 3}, -1, 1, 2), off_kinks({3}, -1, 1, 3)});
  check_gradients("a kernel that is also its bias",
                  [](In in) { return ops::linear(in[0], ops::expand_dims(in[1], 0), in[1]); },
                  {off_kinks({4, 1}), y});
}

TEST_CASE("gradients of choices", "[ops][gradients]") {
  const Tensor a = off_kinks({2, 3}), b = off_kinks({2, 3}, -2, 2, 2),
               condition = {{1, 0, 0}, {0, 5, -1}};
  check_gradients("where", [](In in) { return ops::where(in[0], in[1], in[2]); }, {condition, a, b},
                  {.fixed = {0}});
  check_gradients("where, broadcast", [](In in) { return ops::where(in[0], in[1], in[2]); },
                  {{{1}, {0}}, off_kinks({3}), b}, {.fixed = {0}});
  check_gradients(
      "where, chosen by values",
      [](In in) { return ops::where(ops::greater(in[0], in[1]), in[0] * 2.0f, in[1] * in[1]); },
      {distinct({2, 3}), distinct({2, 3}, 0.125f)}, {.tolerance = 5e-5});
}

TEST_CASE("gradients of batch normalization", "[ops][gradients]") {
  for (const Shape& shape : {Shape{5, 3}, Shape{3, 2, 3}, Shape{7, 70}, Shape{300, 2}}) {
    const std::size_t features = shape.back();
    const std::vector<Tensor> inputs = {off_kinks(shape), off_kinks({features}, -1, 1, 2),
                                        off_kinks({features}, -1, 1, 3)};
    check_gradients(
        concat("of the batch ", shape),
        [](In in) { return ops::normalize_batch(in[0], {.offset = in[1], .scale = in[2]}).y; },
        inputs, {.tolerance = 2e-4});
  }
  check_gradients("with statistics given, axis 1",
                  [](In in) {
                    return ops::batch_normalization(
                        in[0], in[1], in[2],
                        {.offset = in[3], .scale = in[4], .axis = 1, .epsilon = 0.1});
                  },
                  {off_kinks({4, 3, 2}), off_kinks({3}, -1, 1, 2), off_kinks({3}, 0.5f, 2.5f, 3),
                   off_kinks({3}, -1, 1, 4), off_kinks({3}, -1, 1, 5)});
  check_gradients("without offset and scale", [](In in) { return ops::normalize_batch(in[0]).y; },
                  {off_kinks({6, 2})}, {.tolerance = 2e-4});
}

TEST_CASE("no gradient flows through comparisons, one_hot and stop_gradient", "[ops][gradients]") {
  const Tensor a = {1, 2, 3}, b = {3, 2, 1};
  GradientTape tape;
  const Node x = tape.watch(a), y = tape.watch(b);
  const Node cut = ops::equal(x, y) + ops::greater(x, y) + ops::greater_equal(x, y) +
                   ops::less(x, y) + ops::less_equal(x, y) + ops::sum(ops::one_hot(x, 3), -1) +
                   ops::stop_gradient(x);
  tape.backward(x * cut);
  CHECK(x.grad() == cut.value());
  CHECK(y.grad() == Tensor{0, 0, 0});
  CHECK_THROWS_WITH(tape.backward(ops::stop_gradient(x)),
                    "[backward] the loss depends on no trainable variable and no watched value");
}
