// Reductions over all sets of axes, softmax, and the ops that move values: against central
// differences.

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using namespace keratin::test;
using In = std::span<const Node>;

namespace {

// Every set of axes of `rank`, negative numbers among them.
std::vector<std::vector<int>> sets_of_axes(std::size_t rank) {
  std::vector<std::vector<int>> sets;
  for (unsigned bits = 0; bits < 1u << rank; ++bits) {
    sets.emplace_back();
    for (std::size_t i = 0; i < rank; ++i)
      if (bits >> i & 1)
        sets.back().push_back(bits % 3 ? static_cast<int>(i)
                                       : static_cast<int>(i) - static_cast<int>(rank));
  }
  return sets;
}

}  // namespace

TEST_CASE("gradients of reductions", "[ops][gradients]") {
  struct Row {
    const char* name;
    Node (*op)(Node, const Axes&, bool);
    Tensor (*x)(const Shape&);
  };
  const auto any = [](const Shape& shape) { return off_kinks(shape); };
  const auto apart = [](const Shape& shape) { return distinct(shape); };
  const Row rows[] = {{"sum", ops::sum, any},
                      {"mean", ops::mean, any},
                      {"max", ops::max, apart},
                      {"logsumexp", ops::logsumexp, any}};
  for (const Row& row : rows) {
    for (const Shape& shape :
         {Shape{}, Shape{37}, Shape{2, 3}, Shape{2, 3, 4}, Shape{2, 3, 1, 2}}) {
      const Tensor x = row.x(shape);
      check_gradients(concat(row.name, ' ', shape), [&](In in) { return row.op(in[0], {}, false); },
                      {x});
      for (const auto& axes : sets_of_axes(shape.size()))
        for (bool keepdims : {false, true})
          check_gradients(concat(row.name, ' ', shape, " axes"),
                          [&](In in) { return row.op(in[0], Axes(std::span(axes)), keepdims); },
                          {x});
    }
  }
}

TEST_CASE("gradients of softmax", "[ops][gradients]") {
  for (const Shape& shape : {Shape{5}, Shape{3, 37}, Shape{2, 3, 4}, Shape{2, 2, 3, 2}})
    for (int axis = -static_cast<int>(shape.size()); axis < static_cast<int>(shape.size());
         ++axis) {
      const std::string name = concat(shape, " axis ", axis);
      check_gradients("softmax " + name, [&](In in) { return ops::softmax(in[0], axis); },
                      {off_kinks(shape)}, {.step = 1.0 / 8});
      check_gradients("log_softmax " + name, [&](In in) { return ops::log_softmax(in[0], axis); },
                      {off_kinks(shape)}, {.step = 1.0 / 8});
    }
}

TEST_CASE("gradients of ops that move values", "[ops][gradients]") {
  const auto row = [](const char* name, const Shape& shape, const std::function<Node(Node)>& op) {
    check_gradients(name, [&](In in) { return op(in[0]); }, {off_kinks(shape)});
  };
  row("reshape", {2, 6}, [](Node x) { return ops::reshape(x, {3, 2, 2}); });
  row("reshape to a scalar", {1, 1}, [](Node x) { return ops::reshape(x, {}); });
  row("a reshape's reshape", {2, 6}, [](Node x) {
    return ops::square(ops::reshape(ops::reshape(x, {12}), {4, 3}));
  });
  row("flatten", {2, 3, 2}, [](Node x) { return ops::flatten(x); });
  row("flatten of rank 1", {3}, [](Node x) { return ops::flatten(x); });
  row("squeeze", {2, 1, 3}, [](Node x) { return ops::squeeze(x, 1); });
  row("squeeze from behind", {2, 3, 1}, [](Node x) { return ops::squeeze(x, -1); });
  row("expand_dims", {2, 3}, [](Node x) { return ops::expand_dims(x, 1); });
  row("expand_dims behind", {2, 3}, [](Node x) { return ops::expand_dims(x, -1); });
  row("broadcast_to", {2, 1, 3}, [](Node x) { return ops::broadcast_to(x, {2, 2, 4, 3}); });
  row("broadcast_to of rows", {3}, [](Node x) { return ops::broadcast_to(x, {2, 3}); });
  row("broadcast_to of a scalar", {}, [](Node x) { return ops::broadcast_to(x, {2, 3}); });
  row("transpose", {2, 3}, [](Node x) { return ops::transpose(x); });
  row("transpose of rank 4", {2, 3, 1, 2}, [](Node x) { return ops::transpose(x, {3, 1, 0, 2}); });
  row("transpose, negative axes", {2, 3, 4}, [](Node x) { return ops::transpose(x, {-1, 0, -2}); });
  for (const std::vector<int>& order :
       {std::vector{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}})
    row("transpose of rank 3", {2, 3, 4}, [&](Node x) { return ops::transpose(x, order); });
  row("slice", {3, 4}, [](Node x) { return ops::slice(x, {1, 1}, {2, 2}); });
  row("slice of rank 1", {37}, [](Node x) { return ops::slice(x, {3}, {30}); });
  row("slice of rank 3", {2, 3, 4}, [](Node x) { return ops::slice(x, {1, 0, 2}, {1, 3, 2}); });
  row("slices that overlap", {5}, [](Node x) {
    return ops::slice(x, {0}, {3}) * ops::slice(x, {1}, {3}) + ops::slice(x, {2}, {3});
  });
}

TEST_CASE("gradients of concatenate", "[ops][gradients]") {
  for (int axis = -3; axis < 3; ++axis) {
    std::vector<Tensor> parts;
    for (int i = 0; i < 3; ++i) {
      Shape shape = {2, 3, 2};
      shape[shape.axis(axis, "test")] = static_cast<std::size_t>(i + 1);
      parts.push_back(off_kinks(shape, -2, 2, i));
    }
    check_gradients(
        concat("concatenate of 3 along ", axis),
        [&](In in) {
          return ops::concatenate({in[0], in[1], in[2]}, axis);
        },
        parts);
  }
  check_gradients("concatenate of one", [](In in) { return ops::concatenate({in[0]}); },
                  {off_kinks({2, 3})});
  check_gradients("concatenate of rank 1",
                  [](In in) {
                    return ops::concatenate({in[0], in[1]}, 0);
                  },
                  {off_kinks({2}), off_kinks({19})});
}

TEST_CASE("gradients of gather", "[ops][gradients]") {
  const auto f = [](In in) { return ops::gather(in[0], in[1]); };
  check_gradients("gather", f, {off_kinks({4, 3}), {2, 0, 2, 2}},
                  {.fixed = {1}});  // repeated indices add up
  check_gradients("gather, rank-2 indices", f, {off_kinks({4, 3}), {{3, 0}, {0, 3}, {1, 0}}},
                  {.fixed = {1}});
  check_gradients("gather of rank 1", f, {off_kinks({4}), {3, 3, 1}}, {.fixed = {1}});
  check_gradients("gather of rank 3", f, {off_kinks({3, 2, 2}), {2, 2}}, {.fixed = {1}});
  check_gradients("gather of one row", f, {off_kinks({4, 3}), Tensor(2)}, {.fixed = {1}});
}

TEST_CASE("gradients of cross-entropies", "[ops][gradients]") {
  const Tensor logits = off_kinks({3, 4}),
               probabilities = {
                   {0.5f, 0.25f, 0.125f, 0.125f}, {0, 1, 0, 0}, {0.25f, 0.25f, 0.25f, 0.25f}};
  const auto soft = [](In in) { return ops::softmax_cross_entropy(in[0], in[1]); };
  check_gradients("softmax_cross_entropy", soft, {probabilities, logits}, {.fixed = {0}});
  check_gradients("softmax_cross_entropy to its targets", soft, {off_kinks({3, 4}, 0, 1), logits},
                  {.fixed = {1}});
  check_gradients("softmax_cross_entropy of rank 1", soft, {{0.5f, 0.5f, 0}, off_kinks({3})},
                  {.fixed = {0}});
  check_gradients("softmax_cross_entropy of rank 3", soft,
                  {Tensor::full({2, 2, 4}, 0.25f), off_kinks({2, 2, 4})}, {.fixed = {0}});
  const auto sparse = [](In in) { return ops::sparse_softmax_cross_entropy(in[0], in[1]); };
  check_gradients("sparse_softmax_cross_entropy", sparse, {{3, 0, 3}, logits}, {.fixed = {0}});
  check_gradients("sparse_softmax_cross_entropy of rank 1", sparse, {Tensor(1), off_kinks({3})},
                  {.fixed = {0}});
  check_gradients("sparse_softmax_cross_entropy of rank 3", sparse,
                  {{{3, 0}, {1, 1}}, off_kinks({2, 2, 4})}, {.fixed = {0}});
  const auto sigmoid = [](In in) { return ops::sigmoid_cross_entropy(in[0], in[1]); };
  check_gradients("sigmoid_cross_entropy", sigmoid,
                  {off_kinks({37}, 0, 1), off_kinks({37}, -6, 6, 2)});
  check_gradients("sigmoid_cross_entropy of rank 3", sigmoid,
                  {off_kinks({2, 2, 3}, 0, 1), off_kinks({2, 2, 3}, -6, 6, 2)});
}
