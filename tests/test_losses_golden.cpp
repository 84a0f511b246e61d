// Every loss, its value and its gradient, against real Keras (tests/golden/losses.txt).
#include <cmath>

#include "keratin/losses.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace keratin {
namespace {

using test::GoldenCase;

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
  const LossHandle loss = test::member_of<Loss>(golden, "loss", {"hidden"});
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
