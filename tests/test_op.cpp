// What ops are written with.
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"

using namespace keratin;

namespace {

// The op of op.hpp's own example.
Node square(Node x) {
  return record(
      {x}, x.shape(),
      [&](Tensor& y) {
        const float* in = x.value().data();
        for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = in[i] * in[i];
      },
      [x](const Tensor&, const Tensor& dy) {
        const float* in = x.value().data();
        accumulate_each(x, [&](std::size_t i) { return 2 * in[i] * dy.data()[i]; });
      });
}

}  // namespace

TEST_CASE("accumulate_each writes a gradient at first and then adds to it", "[op]") {
  const Tensor x = {1, -2, 3};
  GradientTape tape;
  const auto gradient = [&](const auto& function) {
    tape.begin();
    const Node in = tape.watch(x);
    tape.backward(ops::sum(function(in)));
    return in.grad();
  };
  CHECK(gradient(square) == Tensor{2, -4, 6});
  CHECK(gradient([](Node in) { return square(in) + square(in); }) == Tensor{4, -8, 12});
  CHECK(gradient(square) == Tensor{2, -4, 6});  // nothing is left of the pass before

  tape.begin();
  const Node constant = square(tape.constant(x));  // whose gradient nobody wants
  const Node in = tape.watch(x);
  tape.backward(ops::sum(constant * in));
  CHECK(in.grad() == Tensor{1, 4, 9});
}

TEST_CASE("a value on demand is computed once, when somebody asks for it", "[op]") {
  const Tensor x = {1, -2, 3};
  GradientTape tape;
  int computed = 0;
  static constexpr Op op{"square"};
  const auto on_demand = [&](Node in) {
    return record_on_demand(
        op, {in}, in.shape(),
        [in, &computed](Tensor& y) {
          ++computed;
          for (std::size_t i = 0; i < y.size(); ++i)
            y.data()[i] = in.value().data()[i] * in.value().data()[i];
        },
        [in](const Tensor&, const Tensor& dy) {
          accumulate_each(in,
                          [&](std::size_t i) { return 2 * in.value().data()[i] * dy.data()[i]; });
        });
  };
  for (int pass = 0; pass < 2; ++pass) {
    computed = 0;
    tape.begin();
    const Node in = tape.watch(x), y = on_demand(in);
    CHECK(y.shape() == Shape{3});
    CHECK(computed == 0);
    CHECK(on_demand(in).value() == Tensor{1, 4, 9});
    CHECK(computed == 1);
    tape.backward(ops::sum(ops::reshape(y, {3, 1}) * 2.0f));
    CHECK(computed == 2);
    CHECK(y.value() == Tensor{1, 4, 9});
    CHECK(computed == 2);
    CHECK(in.grad() == Tensor{4, -8, 12});
  }
  tape.begin();
  on_demand(tape.watch(x));
  tape.begin();
  CHECK(on_demand(tape.watch(x)).value() == Tensor{1, 4, 9});
}
