// What ops answer to shapes, axes and labels they cannot take, and the shapes they return.

#include <cmath>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"

using namespace keratin;

TEST_CASE("ops say which shapes do not fit", "[ops][messages]") {
  const Tensor a = Tensor::zeros({2, 3}), b = Tensor::zeros({2}), s = 1.0f,
               deep = Tensor::zeros({2, 1, 3});
  GradientTape tape;
  const Node x = tape.constant(a), y = tape.constant(b), scalar = tape.constant(s),
             z = tape.constant(deep);
  CHECK_THROWS_WITH(x + y, "[add] shapes (2, 3) and (2,) do not broadcast");
  CHECK_THROWS_WITH(x - y, "[subtract] shapes (2, 3) and (2,) do not broadcast");
  CHECK_THROWS_WITH(x * y, "[multiply] shapes (2, 3) and (2,) do not broadcast");
  CHECK_THROWS_WITH(x / y, "[divide] shapes (2, 3) and (2,) do not broadcast");
  CHECK_THROWS_WITH(ops::power(x, y), "[power] shapes (2, 3) and (2,) do not broadcast");
  CHECK_THROWS_WITH(ops::maximum(x, y), "[maximum] shapes (2, 3) and (2,) do not broadcast");
  CHECK_THROWS_WITH(ops::less(x, y), "[less] shapes (2,) and (2, 3) do not broadcast");
  CHECK_THROWS_WITH(ops::where(x, x, y), "[where] shapes (2, 3) and (2,) do not broadcast");
  CHECK_THROWS_WITH(ops::clip(x, 2, 1), "[clip] low 2 is above high 1");
  CHECK_THROWS_WITH(ops::broadcast_to(x, {3}),
                    "[broadcast_to] shape (2, 3) does not broadcast to (3,)");
  CHECK_THROWS_WITH(ops::broadcast_to(x, {5, 3}),
                    "[broadcast_to] shapes (2, 3) and (5, 3) do not broadcast");
  CHECK_THROWS_WITH(ops::sum(x, 2), "[sum] axis 2 is not one of the 2 axes of shape (2, 3)");
  CHECK_THROWS_WITH(ops::mean(x, {0, -2}), "[mean] axis -2 of shape (2, 3) is named twice");
  CHECK_THROWS_WITH(ops::softmax(scalar), "[softmax] axis -1 is not one of the 0 axes of shape ()");
  CHECK_THROWS_WITH(ops::reshape(x, {4}), "[reshape] cannot reshape (2, 3) to (4,)");
  CHECK_THROWS_WITH(ops::flatten(scalar), "[flatten] a scalar has no batch axis");
  CHECK_THROWS_WITH(ops::squeeze(z, 0), "[squeeze] axis 0 of shape (2, 1, 3) has not size 1");
  CHECK_THROWS_WITH(ops::expand_dims(x, 3),
                    "[expand_dims] axis 3 is not one of the 3 axes of shape (2, 3, 1)");
  CHECK_THROWS_WITH(ops::transpose(x, {0}), "[transpose] got 1 axes for shape (2, 3)");
  CHECK_THROWS_WITH(ops::transpose(x, {1, 1}), "[transpose] axis 1 is named twice");
  CHECK_THROWS_WITH(ops::concatenate(std::initializer_list<Node>{}), "[concatenate] got no parts");
  CHECK_THROWS_WITH(ops::concatenate({x, y}),
                    "[concatenate] shapes (2, 3) and (2,) differ in rank");
  CHECK_THROWS_WITH(ops::concatenate({z, ops::expand_dims(x, 0)}),
                    "[concatenate] shapes (2, 1, 3) and (1, 2, 3) differ beside axis 2");
  CHECK_THROWS_WITH(ops::slice(x, {1, 1}, {2, 1}),
                    "[slice] start (1, 1) with shape (2, 1) does not lie in (2, 3)");
  CHECK_THROWS_WITH(ops::slice(x, {3, 0}, {0, 3}),
                    "[slice] start (3, 0) with shape (0, 3) does not lie in (2, 3)");
  CHECK_THROWS_WITH(ops::slice(x, {0}, {2}),
                    "[slice] start (0,) with shape (2,) does not lie in (2, 3)");
  CHECK_THROWS_WITH(ops::gather(scalar, y), "[gather] a scalar has no rows");
  CHECK_THROWS_WITH(ops::one_hot(y, 0), "[one_hot] num_classes is 0, wanted 1 or more");
  CHECK_THROWS_WITH(ops::softmax_cross_entropy(y, x),
                    "[softmax_cross_entropy] targets have shape (2,), logits (2, 3)");
  CHECK_THROWS_WITH(ops::sigmoid_cross_entropy(y, x),
                    "[sigmoid_cross_entropy] targets have shape (2,), logits (2, 3)");
  CHECK_THROWS_WITH(
      ops::sparse_softmax_cross_entropy(x, x),
      "[sparse_softmax_cross_entropy] labels have shape (2, 3), wanted (2,) for logits (2, 3)");
  CHECK_THROWS_WITH(ops::sparse_softmax_cross_entropy(scalar, scalar),
                    "[sparse_softmax_cross_entropy] logits are a scalar");
}

TEST_CASE("ops say which index is out of range", "[ops][messages]") {
  const Tensor rows = Tensor::zeros({3, 2}), logits = Tensor::zeros({2, 3});
  const Tensor high = {0, 3}, low = {-1, 0}, no_number = {0, std::nanf("")};
  GradientTape tape;
  const Node x = tape.constant(rows), z = tape.constant(logits);
  CHECK_THROWS_WITH(ops::gather(x, tape.constant(high)),
                    "[gather] index 3 at position 1 is not one of 3 rows");
  CHECK_THROWS_WITH(ops::gather(x, tape.constant(low)),
                    "[gather] index -1 at position 0 is not one of 3 rows");
  CHECK_THROWS_WITH(ops::gather(x, tape.constant(no_number)),
                    "[gather] index nan at position 1 is not one of 3 rows");
  const auto loss = [&](const Tensor& labels) {
    return ops::sparse_softmax_cross_entropy(tape.constant(labels), z);
  };
  CHECK_THROWS_WITH(
      loss(high),
      "[sparse_softmax_cross_entropy] label 3 in row 1 is not one of the classes 0 to 2");
  CHECK_THROWS_WITH(
      loss(low),
      "[sparse_softmax_cross_entropy] label -1 in row 0 is not one of the classes 0 to 2");
  CHECK_THROWS_WITH(
      loss(no_number),
      "[sparse_softmax_cross_entropy] label nan in row 1 is not one of the classes 0 to 2");
  const Tensor ids = {{0, 2}, {3, -1}};
  CHECK(ops::one_hot(tape.constant(ids), 3).value() ==
        Tensor{{{1, 0, 0}, {0, 0, 1}}, {{0, 0, 0}, {0, 0, 0}}});
}

TEST_CASE("shapes that ops return", "[ops]") {
  const Tensor a = Tensor::zeros({2, 1, 3}), b = Tensor::zeros({4, 1}),
               ids = {{0, 1}, {1, 0}, {0, 0}};
  GradientTape tape;
  const Node x = tape.constant(a), y = tape.constant(b);
  CHECK((x + y).shape() == Shape{2, 4, 3});
  CHECK((y + x).shape() == Shape{2, 4, 3});
  CHECK(ops::sum(x).shape() == Shape{});
  CHECK(ops::sum(x, {}, true).shape() == Shape{1, 1, 1});
  CHECK(ops::max(x, {0, -1}).shape() == Shape{1});
  CHECK(ops::mean(x, {0, 2}, true).shape() == Shape{1, 1, 1});
  CHECK(ops::flatten(x).shape() == Shape{2, 3});
  CHECK(ops::squeeze(x, 1).shape() == Shape{2, 3});
  CHECK(ops::expand_dims(x, 0).shape() == Shape{1, 2, 1, 3});
  CHECK(ops::transpose(x).shape() == Shape{3, 1, 2});
  CHECK(ops::gather(x, tape.constant(ids)).shape() == Shape{3, 2, 1, 3});
  CHECK(ops::concatenate({x, x, x}, 1).shape() == Shape{2, 3, 3});
  CHECK(ops::slice(x, {1, 0, 1}, {1, 1, 2}).shape() == Shape{1, 1, 2});
}
