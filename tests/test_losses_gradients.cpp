// Losses on the tape: gradients against differences, the logits behind an activation, what a step
// allocates.
#include <cmath>

#include "keratin/losses.hpp"
#include "keratin/ops.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

namespace keratin {
namespace {

using namespace losses;
using test::off_kinks;

const Tensor big = {{1e4, -1e4, 0}, {300, 0, -300}}, hot = {{0, 1, 0}, {0, 0, 1}};

// Loss and gradient with respect to x, where the loss sees activate(x).
template <class Activate>
std::pair<float, Tensor> behind(const LossHandle& loss, const Tensor& y_true, const Tensor& x,
                                const Activate& activate) {
  GradientTape tape;
  const Node in = tape.watch(x), value = loss(tape.constant(y_true), activate(in));
  tape.backward(value);
  return {value.value().item(), in.grad()};
}

const auto softmax = [](Node x) { return ops::softmax(x); };
const auto sigmoid = [](Node x) { return ops::sigmoid(x); };
const auto as_it_is = [](Node x) { return x; };

}  // namespace

TEST_CASE("gradients of losses agree with differences, for labels, predictions and weights",
          "[losses]") {
  const Tensor t = off_kinks({3, 4}, .2f, .9f, 1), p = off_kinks({3, 4}, .2f, .9f, 2),
               w = off_kinks({3}, .5f, 2, 3);
  const test::GradientCheck small = {.step = 1.0 / 256, .tolerance = 2e-4};
  for (const char* name :
       {"mean_squared_error", "log_cosh", "poisson", "cosine_similarity", "kl_divergence", "huber",
        "squared_hinge", "dice", "mean_squared_logarithmic_error", "binary_crossentropy",
        "binary_focal_crossentropy", "tversky", "categorical_crossentropy",
        "categorical_focal_crossentropy"}) {
    const LossHandle loss = name;
    test::check_gradients(
        name, [&](auto in) { return loss(in[0], in[1]); }, {t, p}, small);
  }
  const auto none = [](auto in) {
    return BinaryFocalCrossentropy(
        {.apply_class_balancing = true, .gamma = 1.5, .axis = 0, .reduction = "none"})(in[0],
                                                                                       in[1]);
  };
  test::check_gradients("focal, axis 0", none, {t, p}, small);
  const auto listed = [](auto in) {
    return categorical_focal_crossentropy(in[0], in[1], {.alpha = {.25, .5, 1}, .axis = 0});
  };
  test::check_gradients("focal, a list along axis 0", listed, {t, p}, small);
  for (const char* reduction : {"none", "sum", "sum_over_batch_size", "mean_with_sample_weight"})
    test::check_gradients(
        reduction,
        [&](auto in) { return MeanSquaredError({.reduction = reduction})(in[0], in[1], in[2]); },
        {t, p, w}, small);
  const auto ignoring = [](auto in) {
    return SparseCategoricalCrossentropy(
        {.ignore_class = 1, .reduction = "mean_with_sample_weight"})(in[0], in[1], in[2]);
  };
  test::check_gradients("ignore_class", ignoring, {{0, 1, 3}, p, w},
                        {.step = 1.0 / 256, .tolerance = 2e-4, .fixed = {0}});
}

TEST_CASE("cross-entropies start from the logits behind a softmax or sigmoid", "[losses]") {
  const Tensor ids = {1, 2}, bits = {{0, 1, 1}, {1, 0, 1}};
  const auto same = [](const auto& got, const auto& want) {
    CHECK(got.first == want.first);
    CHECK(got.second == want.second);
  };
  const auto sparse =
      behind(SparseCategoricalCrossentropy({.from_logits = true}), ids, big, as_it_is);
  CHECK(sparse.first == (20000.0f + 600) / 2);                 // clipped it would be 16
  CHECK(sparse.second == Tensor{{.5, -.5, 0}, {.5, 0, -.5}});  // and there would be no gradient
  same(behind("sparse_categorical_crossentropy", ids, big, softmax), sparse);
  same(behind("categorical_crossentropy", hot, big, softmax), sparse);
  same(behind(CategoricalCrossentropy({.from_logits = true}), hot, big, softmax),
       sparse);  // it has no other meaning
  same(behind(SparseCategoricalCrossentropy({.from_logits = true}), ids, big, softmax), sparse);
  same(behind("binary_crossentropy", bits, big, sigmoid),
       behind(BinaryCrossentropy({.from_logits = true}), bits, big, as_it_is));
  same(behind(BinaryCrossentropy({.from_logits = true}), bits, big, sigmoid),
       behind("binary_crossentropy", bits, big, sigmoid));
  // the clipped form, where no softmax is known: -log(1e-7) for each
  CHECK(behind("sparse_categorical_crossentropy", ids, big, [](Node x) {
          return 1.0f * ops::softmax(x);
        }).first == Approx(16.118095));
}

TEST_CASE("where Keras loses the logits on the way, they are kept", "[losses]") {
  const Tensor column = {{-200}, {150}}, row = {-200, 150};
  const auto one_column = behind("binary_crossentropy", {{1}, {0}}, column, sigmoid);
  CHECK(one_column.first == 175);
  CHECK(behind("binary_crossentropy", {1, 0}, column, sigmoid) == one_column);
  CHECK(behind("binary_crossentropy", {{1}, {0}}, row, sigmoid).first ==
        175);  // y_pred changed its shape
  CHECK(behind("binary_crossentropy", {{1}, {0}}, row, sigmoid).second == Tensor{-.5, .5});
  const auto ignored =
      behind(SparseCategoricalCrossentropy({.ignore_class = 2}), {1, 2}, big, softmax);
  CHECK(ignored.first == 20000);
  CHECK(ignored.second == Tensor{{1, -1, 0}, {0, 0, 0}});
}

TEST_CASE("an activation's logits are only those of its own loss", "[losses]") {
  const Tensor x = {{2, -1, .5}, {0, 1, -3}};
  const auto through = [&](const char* loss, const auto& activate) {
    return behind(loss, hot, x, activate).first;
  };
  const auto unknown = [&](const char* loss, const auto& activate) {
    return through(loss, [&](Node in) { return 1.0f * activate(in); });
  };
  CHECK(through("categorical_crossentropy", sigmoid) ==
        unknown("categorical_crossentropy", sigmoid));
  CHECK(through("binary_crossentropy", softmax) == unknown("binary_crossentropy", softmax));
  const auto other_axis = behind(CategoricalCrossentropy({.axis = 0}), hot, x, softmax)
                              .first;  // softmax was along the last
  CHECK(other_axis == behind(CategoricalCrossentropy({.axis = 0}), hot, x, [](Node in) {
                        return 1.0f * ops::softmax(in);
                      }).first);
}

TEST_CASE("a loss in a training step allocates nothing after the first", "[losses]") {
  const Tensor t = off_kinks({32, 10}, .1f, .9f, 1), p = off_kinks({32, 10}, .1f, .9f, 2);
  const Tensor ids = Tensor::full({32}, 3), weight = Tensor::ones({32});
  for (const char* name :
       {"mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error", "cosine_similarity", "huber", "log_cosh", "poisson",
        "kl_divergence", "binary_crossentropy", "binary_focal_crossentropy",
        "categorical_crossentropy", "categorical_focal_crossentropy",
        "sparse_categorical_crossentropy", "hinge", "squared_hinge", "categorical_hinge", "dice",
        "tversky"}) {
    INFO(name);
    const LossHandle loss = name;
    const bool sparse = std::string(name).starts_with("sparse");
    for (const bool weighted : {false, true})
      for (const bool activated : {false, true}) {
        GradientTape tape;
        const auto step = [&] {
          tape.begin();
          const Node x = tape.watch(p), y_true = tape.constant(sparse ? ids : t),
                     y_pred = activated ? ops::softmax(x) : x;
          tape.backward(weighted ? loss(y_true, y_pred, tape.constant(weight))
                                 : loss(y_true, y_pred));
        };
        step();
        CHECK(test::allocations_of(step).count == 0);
      }
  }
}

}  // namespace keratin
