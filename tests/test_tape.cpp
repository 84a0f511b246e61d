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
                    "[node] has no gradient: it was not watched, nor computed from what was");
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
                    "[node] has no gradient: it was not watched, nor computed from what was");
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

TEST_CASE("a node knows the op and the inputs that made it", "[tape]") {
  const Tensor x = {{1, 2}};
  GradientTape tape;
  const Node z = tape.watch(x), p = ops::softmax(z), q = ops::sigmoid(z);
  CHECK(p.op() == &ops::softmax_op);
  CHECK(p.input_count() == 1);
  CHECK(&p.input(0).value() == &z.value());
  CHECK(q.op() == &ops::sigmoid_op);
  CHECK(&q.input(0).value() == &z.value());
  CHECK(ops::reshape(p, {2}).op() == &ops::reshape_op);
  CHECK(ops::softmax(z, 0).op() != &ops::softmax_op);  // over another axis than the last
  const Node sum = p + q;
  CHECK(sum.input_count() == 2);
  CHECK(&sum.input(1).value() == &q.value());
  CHECK(z.op() == nullptr);
  CHECK(z.input_count() == 0);
  CHECK_THROWS_WITH(z.input(0), "[node] there is no input 0, it has 0");
  tape.begin();  // slots forget
  for (int slot = 0; slot < 5; ++slot) {
    const Node node = tape.watch(x);
    CHECK(node.op() == nullptr);
    CHECK(node.input_count() == 0);
  }
}

TEST_CASE("an assignment waits for the step to succeed", "[tape]") {
  Variable mean{"mean", Tensor{1, 2}};
  const Tensor batch = {5, 6}, other = {1};
  GradientTape tape;
  tape.begin();
  tape.assign(mean, 2 * tape.constant(batch));
  CHECK(mean.value == Tensor{1, 2});
  tape.begin();  // as after an exception: the assignment is forgotten
  tape.commit();
  CHECK(mean.value == Tensor{1, 2});
  tape.assign(mean, 2 * tape.constant(batch));
  tape.commit();
  CHECK(mean.value == Tensor{10, 12});
  CHECK_THROWS_WITH(tape.assign(mean, tape.constant(other)),
                    "[assign] variable 'mean' has shape (2,), got a value of shape (1,)");
}

TEST_CASE("a layer that is not trainable asks for no gradients", "[tape]") {
  Variable inside{"inside", Tensor{2}}, outside{"outside", Tensor{3}};
  const Tensor x = {5};
  GradientTape tape;
  tape.begin();
  const std::string base = "base", dense = "dense";
  Node y = tape.constant(x);
  {
    const GradientTape::LayerScope frozen(tape, base, /*trainable=*/false);
    const GradientTape::LayerScope nested(tape, dense, /*trainable=*/true);
    CHECK(tape.frozen());
    y = y * tape.use(inside);
    CHECK(y.layer_path() == "base/dense");
  }
  CHECK_FALSE(tape.frozen());
  const Node z =
      y * tape.use(outside) * tape.use(inside);  // shared with a layer that is not frozen
  CHECK(z.layer_path().empty());
  tape.backward(z);
  CHECK(outside.grad == Tensor{20});
  CHECK(inside.grad == Tensor{30});  // from its second use alone
}

TEST_CASE("a variable keeps its identity when moved, a copy has one of its own", "[tape]") {
  Variable first{"first", Tensor{1}};
  const std::uint64_t number = first.id.number();
  Variable copy = first;
  CHECK_FALSE(copy.id == first.id);
  Variable moved = std::move(first);
  CHECK(moved.id.number() == number);
  CHECK(first.id.number() != number);
  const std::uint64_t copied = copy.id.number();
  copy = moved;  // takes the value, stays the same variable
  CHECK(copy.id.number() == copied);
  copy = std::move(moved);
  CHECK(copy.id.number() == number);
}
