// Every loss, its value and its gradient, against real Keras (tests/golden/losses.txt).
#include <cmath>
#include <optional>

#include "keratin/losses.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace keratin {
namespace {

using namespace losses;
using test::GoldenCase;

Axes axes_of(const GoldenCase& golden) {
  if (!golden.has("axis")) return {};
  std::vector<int> axes;
  for (double axis : golden.numbers("axis")) axes.push_back(static_cast<int>(axis));
  return Axes(std::span<const int>(axes));
}

std::optional<int> integer_or_none(const GoldenCase& golden, const char* option) {
  return golden.has(option) ? std::optional(golden.integer(option)) : std::nullopt;
}

Loss loss_of(const GoldenCase& golden) {
  const std::string& loss = golden.text("loss");
  const Reduction reduction = golden.text("reduction", "sum_over_batch_size");
  const bool from_logits = golden.flag("from_logits");
  const double smoothing = golden.number("label_smoothing", 0), gamma = golden.number("gamma", 2);
  if (loss == "MeanSquaredError") return MeanSquaredError({.reduction = reduction});
  if (loss == "MeanAbsoluteError") return MeanAbsoluteError({.reduction = reduction});
  if (loss == "MeanAbsolutePercentageError")
    return MeanAbsolutePercentageError({.reduction = reduction});
  if (loss == "MeanSquaredLogarithmicError")
    return MeanSquaredLogarithmicError({.reduction = reduction});
  if (loss == "LogCosh") return LogCosh({.reduction = reduction});
  if (loss == "Poisson") return Poisson({.reduction = reduction});
  if (loss == "KLDivergence") return KLDivergence({.reduction = reduction});
  if (loss == "Hinge") return Hinge({.reduction = reduction});
  if (loss == "SquaredHinge") return SquaredHinge({.reduction = reduction});
  if (loss == "CategoricalHinge") return CategoricalHinge({.reduction = reduction});
  if (loss == "Huber") return Huber({.delta = golden.number("delta", 1), .reduction = reduction});
  if (loss == "Dice") return Dice({.reduction = reduction, .axis = axes_of(golden)});
  if (loss == "Tversky")
    return Tversky({.alpha = golden.number("alpha", 0.5),
                    .beta = golden.number("beta", 0.5),
                    .reduction = reduction,
                    .axis = axes_of(golden)});
  const int axis = golden.integer("axis", -1);
  if (loss == "CosineSimilarity") return CosineSimilarity({.axis = axis, .reduction = reduction});
  if (loss == "BinaryCrossentropy")
    return BinaryCrossentropy({.from_logits = from_logits,
                               .label_smoothing = smoothing,
                               .axis = axis,
                               .reduction = reduction});
  if (loss == "CategoricalCrossentropy")
    return CategoricalCrossentropy({.from_logits = from_logits,
                                    .label_smoothing = smoothing,
                                    .axis = axis,
                                    .reduction = reduction});
  if (loss == "SparseCategoricalCrossentropy")
    return SparseCategoricalCrossentropy({.from_logits = from_logits,
                                          .ignore_class = integer_or_none(golden, "ignore_class"),
                                          .reduction = reduction,
                                          .axis = axis});
  if (loss == "BinaryFocalCrossentropy")
    return BinaryFocalCrossentropy({.apply_class_balancing = golden.flag("apply_class_balancing"),
                                    .alpha = golden.number("alpha", 0.25),
                                    .gamma = gamma,
                                    .from_logits = from_logits,
                                    .label_smoothing = smoothing,
                                    .axis = axis,
                                    .reduction = reduction});
  REQUIRE(loss == "CategoricalFocalCrossentropy");
  return CategoricalFocalCrossentropy(
      {.alpha = golden.has("alpha") ? Alpha(golden.numbers("alpha")) : Alpha(0.25),
       .gamma = gamma,
       .from_logits = from_logits,
       .label_smoothing = smoothing,
       .axis = axis,
       .reduction = reduction});
}

void check_close(const char* what, const Tensor& got, const Tensor& want, float tolerance) {
  INFO(what << " got " << got << " want " << want);
  REQUIRE(got.shape() == want.shape());
  for (std::size_t i = 0; i < want.size(); ++i) {
    const float g = got.values()[i], w = want.values()[i];
    INFO("element " << i << ": got " << g << " want " << w);
    CHECK((std::isnan(w) ? std::isnan(g)
                         : g == w || std::abs(g - w) <= tolerance * std::max(1.0f, std::abs(w))));
  }
}

void check_case(const GoldenCase& golden) {
  INFO(golden.name);
  const Loss loss = loss_of(golden);
  const bool hidden = golden.has("hidden");
  const Tensor& given = golden.tensor(hidden ? "logits" : "y_pred");
  const Tensor& y_true = golden.tensor("y_true");
  const Tensor weight = golden.tensor_or_none("sample_weight"),
               upstream = golden.tensor_or_none("upstream");

  GradientTape tape;
  tape.begin();
  const Node x = tape.watch(given), t = tape.constant(y_true);
  const Node y_pred = !hidden                              ? x
                      : golden.text("hidden") == "softmax" ? ops::softmax(x)
                                                           : ops::sigmoid(x);
  const Node value = weight.empty() ? loss(t, y_pred) : loss(t, y_pred, tape.constant(weight));
  check_close("value", value.value(), golden.tensor("value"), 2e-6f);
  tape.backward(upstream.empty() ? value : ops::sum(value * tape.constant(upstream)));
  check_close("gradient", x.grad(), golden.tensor("gradient"), 1e-5f);
  if (!hidden) check_close("value on tensors", loss(y_true, given, weight), value.value(), 0);
}

}  // namespace

TEST_CASE("losses and their gradients agree with Keras", "[losses][golden]") {
  std::size_t checked = 0;
  for (const GoldenCase& golden : test::read_golden("losses")) {
    if (golden.name.find(".quirk.") != std::string::npos) continue;  // what TensorFlow hardly means
    if (golden.name == "MeanSquaredError.y_pred_broadcast")
      continue;  // refused here: see "shapes that would broadcast"
    check_case(golden);
    ++checked;
  }
  CHECK(checked > 1400);
}

}  // namespace keratin
