#include <optional>

#include "keratin/check.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "keratin/tape.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using keratin::test::allocations_of;

TEST_CASE("gradients land in variables and watched nodes", "[tape]") {
  const Tensor x = {1, 2, 3}, fixed = {5, 5, 5};
  Variable w{"w", {2, 2, 2}};
  GradientTape tape;
  tape.begin();
  const Node in = tape.watch(x), c = tape.constant(fixed);
  const Node loss = ops::sum(in * tape.use(w) + c);
  tape.backward(loss);
  CHECK(loss.value().item() == 27);
  CHECK(loss.shape() == Shape{});
  CHECK(&loss.tape() == &tape);
  CHECK(w.grad == x);
  CHECK(in.grad() == w.value);
  CHECK(loss.grad() == Tensor(1));
  CHECK_THROWS_WITH(c.grad(),
                    "[node] has no gradient: it was not watched, nor computed from what is");
}

TEST_CASE("backward starts from the sum of the loss", "[tape]") {
  Variable w{"w", {1, 2}};
  GradientTape tape;
  tape.backward(tape.use(w) * tape.use(w));
  CHECK(w.grad == Tensor{2, 4});
}

TEST_CASE("a variable used twice is one node, and its gradients add up", "[tape]") {
  Variable w{"w", {3}};
  GradientTape tape;
  const Node first = tape.use(w), second = tape.use(w);
  CHECK(&first.value() == &second.value());
  tape.backward(ops::sum(first * 2.0f + second * second));
  CHECK(w.grad == Tensor{8});
  CHECK(first.grad() == second.grad());
}

TEST_CASE("what no gradient reaches", "[tape]") {
  const Tensor x = {1, 2};
  Variable used{"used", {1, 1}}, idle{"idle", {7, 7}}, frozen{"frozen", {3, 3}},
      stopped{"stopped", {1, 1}};
  idle.grad = frozen.grad = stopped.grad = Tensor{9, 9};  // left by an earlier step
  frozen.trainable = false;
  GradientTape tape;
  const Node in = tape.watch(x);
  tape.use(idle);
  tape.backward(tape.use(used) * tape.use(frozen) * ops::stop_gradient(tape.use(stopped)));
  CHECK(used.grad == Tensor{3, 3});
  CHECK(idle.grad.empty());
  CHECK(frozen.grad.empty());
  CHECK(stopped.grad.empty());
  CHECK(in.grad() == Tensor{0, 0});
}

TEST_CASE("hold owns its value", "[tape]") {
  GradientTape tape;
  std::optional<Node> held;
  {
    Tensor value = {4, 5};
    held = tape.hold(std::move(value));
  }
  CHECK(held->value() == Tensor{4, 5});
  Variable w{"w", {1, 1}};
  tape.backward(tape.use(w) * *held);
  CHECK(w.grad == Tensor{4, 5});
}

TEST_CASE("constants are borrowed", "[tape]") {
  Tensor x = {1, 2};
  GradientTape tape;
  const Node node = tape.constant(x);
  CHECK(&node.value() == &x);
  CHECK(&tape.watch(x).value() == &x);
  CHECK(ops::reshape(node, {2, 1}).value().data() == x.data());  // reshape does not copy
  static_assert(sizeof(Node) <= 2 * sizeof(void*));
}

TEST_CASE("a node that outlived its pass throws", "[tape][messages]") {
  const Tensor x = {1};
  GradientTape tape;
  const Node old = tape.watch(x);
  tape.begin();
  const std::string message =
      "[tape] the node belongs to an earlier pass: begin() was called since it was made";
  CHECK_THROWS_WITH(old.value(), message);
  CHECK_THROWS_WITH(old.grad(), message);
  CHECK_THROWS_WITH(ops::exp(old), message);
  CHECK_THROWS_WITH(tape.watch(x) + old, message);
  CHECK_THROWS_WITH(tape.backward(old), message);
  CHECK_THROWS_AS(old.value(), std::invalid_argument);
}

TEST_CASE("a node of another tape throws", "[tape][messages]") {
  const Tensor x = {1, 0};
  GradientTape tape, other;
  const Node mine = tape.watch(x), theirs = other.watch(x);
  const std::string message = "[tape] the node belongs to another tape";
  CHECK_THROWS_WITH(mine + theirs, message);
  CHECK_THROWS_WITH(ops::where(theirs, mine, mine), message);
  CHECK_THROWS_WITH(ops::gather(mine, theirs), message);
  CHECK_THROWS_WITH(ops::greater(mine, theirs), message);
  CHECK_THROWS_WITH(ops::concatenate({mine, theirs}), message);
  CHECK_THROWS_WITH(ops::sparse_softmax_cross_entropy(ops::sum(theirs), mine), message);
  CHECK_THROWS_WITH(tape.backward(theirs), message);
}

TEST_CASE("backward wants a recording and something to reach", "[tape][messages]") {
  const Tensor x = {1};
  Variable w{"w", {1}}, frozen{"frozen", {1}};
  frozen.trainable = false;
  GradientTape tape;
  CHECK(tape.recording());
  const std::string nothing =
      "[backward] the loss depends on no trainable variable and no watched value";
  CHECK_THROWS_WITH(tape.backward(tape.constant(x)), nothing);
  CHECK_THROWS_WITH(tape.backward(ops::exp(tape.use(frozen))), nothing);
  tape.begin(false);
  CHECK_FALSE(tape.recording());
  const Node node = tape.use(w) * 2.0f;
  CHECK(node.value() == Tensor{2});
  CHECK_THROWS_WITH(tape.backward(node), "[backward] this pass does not record: begin(true) first");
  CHECK_THROWS_WITH(node.grad(),
                    "[node] has no gradient: it was not watched, nor computed from what is");
  CHECK(w.grad.empty());
}

TEST_CASE("backward twice in a pass gives the second loss's gradients", "[tape]") {
  const Tensor x = {1, 2};
  Variable w{"w", {3, 4}}, v{"v", {1, 1}};
  GradientTape tape;
  const Node in = tape.watch(x), product = tape.use(w) * in, other = product * tape.use(v);
  tape.backward(other);
  CHECK(v.grad == Tensor{3, 8});
  tape.backward(product);
  CHECK(w.grad == x);
  CHECK(in.grad() == w.value);
  CHECK(v.grad.empty());
  CHECK(other.grad() == Tensor{0, 0});
  tape.backward(product);
  CHECK(w.grad == x);
}

TEST_CASE("a forward that throws leaves a tape that works", "[tape]") {
  const Tensor logits = {{1, 2}, {3, 4}}, labels = {0, 5}, good = {0, 1};
  GradientTape tape;
  const Node z = tape.watch(logits);
  CHECK_THROWS(ops::sparse_softmax_cross_entropy(tape.constant(labels), z));
  tape.backward(ops::sum(ops::sparse_softmax_cross_entropy(tape.constant(good), z)));
  CHECK(z.grad().values()[0] == Approx(-0.731058598f));
  tape.begin();
  tape.backward(ops::exp(tape.watch(good)));
}

TEST_CASE("a backward that captures much is kept on the heap, and destroyed", "[tape]") {
  const auto counter = std::make_shared<int>(0);
  const Tensor x = {1};
  {
    GradientTape tape;
    for (int pass = 0; pass < 3; ++pass) {
      tape.begin();
      const Node in = tape.watch(x);
      std::array<double, 40> much{};
      much[39] = 7;
      const Node y = record(
          {in}, {1}, [](Tensor& y) { y.fill(0); },
          [in, much, counter](const Tensor&, const Tensor&) {
            accumulate(in, [&](Tensor& dx, float) { dx.fill(static_cast<float>(much[39])); });
            ++*counter;
          });
      tape.backward(y);
      CHECK(in.grad() == Tensor{7});
      CHECK(*counter == pass + 1);
    }
    tape.begin();
    CHECK(counter.use_count() == 2);  // the last is kept until its slot is used again
    tape.watch(x);
    ops::exp(tape.watch(x));
  }
  CHECK(counter.use_count() == 1);
}

TEST_CASE("the logits behind probabilities are remembered", "[tape]") {
  const Tensor x = {{1, 2}};
  GradientTape tape;
  const Node z = tape.watch(x), p = ops::softmax(z), q = ops::sigmoid(z);
  CHECK(&tape.logits_of(p, Squash::softmax)->value() == &z.value());
  CHECK(&tape.logits_of(q, Squash::sigmoid)->value() == &z.value());
  CHECK_FALSE(tape.logits_of(p, Squash::sigmoid));
  CHECK_FALSE(tape.logits_of(q, Squash::softmax));
  CHECK_FALSE(tape.logits_of(ops::reshape(p, {2}), Squash::softmax));
  CHECK_FALSE(tape.logits_of(ops::softmax(z, 0), Squash::softmax));
  CHECK_FALSE(tape.logits_of(z, Squash::softmax));
  tape.begin();  // slots forget
  for (int slot = 0; slot < 5; ++slot) {
    const Node node = tape.watch(x);
    CHECK_FALSE(tape.logits_of(node, Squash::softmax));
    CHECK_FALSE(tape.logits_of(node, Squash::sigmoid));
  }
}
