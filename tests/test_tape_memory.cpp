// A tape's second pass finds its buffers, and computes the same in them.

#include <vector>

#include "keratin/ops.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using namespace keratin::test;

TEST_CASE("the counter counts", "[allocations]") {
  const Allocations tensor = allocations_of([] { Tensor::zeros({1000}); });  // of aligned memory
  CHECK(tensor.count == 1);
  CHECK(tensor.bytes == 4000);
  CHECK(tensor.large == 1);
  const Allocations small = allocations_of([] {
    ::operator delete(::operator new(10));  // a new expression might be optimized away
    ::operator delete(::operator new(20));
  });
  CHECK(small.count == 2);
  CHECK(small.large == 0);
}

TEST_CASE("a step of the published network allocates nothing after the first",
          "[tape][allocations]") {
  const Tensor x = off_kinks({256, 28, 28}, 0, 1), short_x = off_kinks({96, 28, 28}, 0, 1);
  Tensor labels = Tensor::zeros({256}), short_labels = Tensor::zeros({96});
  for (std::size_t i = 0; i < 256; ++i) labels.values()[i] = static_cast<float>(i % 10);
  Variable w1{"w1", off_kinks({784, 84}, -1, 1, 2)}, b1{"b1", off_kinks({84})};
  Variable w2{"w2", off_kinks({84, 10}, -1, 1, 3)}, b2{"b2", off_kinks({10})};
  GradientTape tape;
  const auto step = [&](const Tensor& x, const Tensor& y) {
    tape.begin();
    const Node hidden =
        ops::linear(ops::flatten(tape.constant(x)), tape.use(w1), tape.use(b1), ops::Fused::relu);
    const Node logits = ops::linear(hidden, tape.use(w2), tape.use(b2));
    tape.backward(ops::mean(ops::sparse_softmax_cross_entropy(tape.constant(y), logits)));
  };
  step(x, labels);
  const float *memory = w1.grad.data(), *bias = b2.grad.data();
  const Tensor first = w1.grad;
  const Allocations second = allocations_of([&] { step(x, labels); });
  CHECK(second.count == 0);
  CHECK(w1.grad == first);
  CHECK(w1.grad.data() == memory);
  CHECK(b2.grad.data() == bias);
  CHECK(allocations_of([&] { step(short_x, short_labels); }).count ==
        0);  // the last batch of an epoch, and the next epoch's first
  CHECK(allocations_of([&] { step(x, labels); }).count == 0);
  CHECK(w1.grad == first);
}

TEST_CASE("no op allocates much after the first pass", "[tape][allocations]") {
  using In = std::span<const Node>;
  struct Row {
    const char* name;
    std::function<Node(In)> op;
  };
  // in: x (40, 30), y (40, 30), row (30), square (30, 30), ids (40), deep (40, 30, 2)
  const Row rows[] = {
      {"add", [](In in) { return in[0] + in[1]; }},
      {"a row added", [](In in) { return in[0] + in[2]; }},
      {"a column multiplied", [](In in) { return in[0] * ops::sum(in[1], 1, true); }},
      {"number", [](In in) { return 1.0f - in[0] * 2.0f; }},
      {"power", [](In in) { return ops::power(in[0], 2.0f); }},
      {"where", [](In in) { return ops::where(ops::greater(in[0], in[1]), in[0], in[1]); }},
      {"softplus", [](In in) { return ops::softplus(in[0]); }},
      {"softmax", [](In in) { return ops::softmax(in[0]); }},
      {"softmax of the first axis", [](In in) { return ops::softmax(in[0], 0); }},
      {"logsumexp", [](In in) { return ops::logsumexp(in[0], 0); }},
      {"max", [](In in) { return ops::max(in[0], 1); }},
      {"mean",
       [](In in) {
         return ops::mean(in[5], {0, 2}, true);
       }},
      {"transpose",
       [](In in) {
         return ops::transpose(in[5], {1, 0, 2});
       }},
      {"transpose, used twice",
       [](In in) { return ops::transpose(in[5]) * ops::transpose(in[5]); }},
      {"concatenate",
       [](In in) {
         return ops::concatenate({in[0], in[1], in[0]});
       }},
      {"slice",
       [](In in) {
         return ops::slice(in[0], {1, 1}, {30, 20});
       }},
      {"gather", [](In in) { return ops::gather(in[0], in[4]); }},
      {"one_hot", [](In in) { return in[0] * ops::one_hot(in[4], 30); }},
      {"matmul", [](In in) { return ops::matmul(in[0], in[3]); }},
      {"linear", [](In in) { return ops::linear(in[0], in[3], in[2], ops::Fused::tanh); }},
      {"softmax_cross_entropy", [](In in) { return ops::softmax_cross_entropy(in[0], in[1]); }},
      {"sigmoid_cross_entropy", [](In in) { return ops::sigmoid_cross_entropy(in[0], in[1]); }},
      {"sparse_softmax_cross_entropy",
       [](In in) { return ops::sparse_softmax_cross_entropy(in[4], in[0]); }},
  };
  Tensor ids = Tensor::zeros({40});
  for (std::size_t i = 0; i < 40; ++i) ids.values()[i] = static_cast<float>(i * 7 % 30);
  const Tensor inputs[] = {off_kinks({40, 30}),
                           off_kinks({40, 30}, -2, 2, 2),
                           off_kinks({30}),
                           off_kinks({30, 30}),
                           ids,
                           off_kinks({40, 30, 2})};
  for (const Row& row : rows) {
    GradientTape tape;
    std::vector<Node> nodes;
    const auto pass = [&] {
      tape.begin();
      nodes.clear();
      for (const Tensor& input : inputs)
        nodes.push_back(&input == &inputs[4] ? tape.constant(input) : tape.watch(input));
      tape.backward(row.op(nodes));
    };
    pass();
    const Tensor first = nodes[0].grad();
    const Allocations second = allocations_of(pass);
    INFO(row.name << ": " << second.count << " allocations of " << second.bytes << " bytes");
    CHECK(second.large == 0);
    CHECK(second.count <= 8);
    CHECK(nodes[0].grad() == first);
  }
}
