// Every metric over sequences of updates, against real Keras (tests/golden/metrics.txt).
#include <cmath>
#include <memory>

#include "keratin/metrics.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace keratin {
namespace {

using namespace metrics;
using test::GoldenCase;

std::shared_ptr<Metric> make_metric(const GoldenCase& golden) {
  std::shared_ptr<Metric> metric = test::member_of<Metric>(golden, "metric", {"updates", "hidden"});
  REQUIRE(metric != nullptr);
  return metric;
}

// Within 2e-6 of the size of what is compared, or of `size` where that is less.
void check_close(const Tensor& got, const Tensor& want, double size = 1) {
  REQUIRE(got.shape() == want.shape());
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double g = static_cast<double>(got.values()[i]),
                 w = static_cast<double>(want.values()[i]);
    INFO("element " << i << ": got " << g << ", Keras " << w);
    CHECK(((std::isnan(g) && std::isnan(w)) ||
           std::abs(g - w) <= 2e-6 * std::max(size, std::abs(w))));
  }
}

// Where Keras takes sums of 17 in float32 from each other and is left with 4e-6 instead of 0.
double size_of_terms(const GoldenCase& golden) {
  return golden.name == "TrueNegatives.thresholds_0_1.weights_n" ? 17 : 1;
}

bool worth_copying(const GoldenCase& golden) {
  return golden.name.find(".quirk.") == std::string::npos || golden.text("metric") == "MeanIoU";
}

TEST_CASE("metrics: the results of real Keras after each update", "[metrics][golden]") {
  int compared = 0;
  for (const GoldenCase& golden : test::read_golden("metrics")) {
    if (golden.has_tensor("values_0") || !worth_copying(golden)) continue;
    INFO(golden.name);
    const std::shared_ptr<Metric> metric = make_metric(golden);
    for (int round = 0; round < 2; ++round) {  // after a reset all is as before
      for (int i = 0; i < golden.integer("updates"); ++i) {
        const std::string index = std::to_string(i);
        INFO("round " << round << ", update " << i);
        const Tensor &y_true = golden.tensor("y_true_" + index),
                     weight = golden.tensor_or_none("sample_weight_" + index);
        if (golden.has("hidden")) {
          GradientTape tape;
          const Tensor& given = golden.tensor("logits_" + index);
          const Node logits = tape.constant(given);
          const Node y_pred =
              golden.text("hidden") == "softmax" ? ops::softmax(logits) : ops::sigmoid(logits);
          metric->update_on_tape(tape.constant(y_true), y_pred, weight);
        } else {
          metric->update_state(y_true, golden.tensor("y_pred_" + index), weight);
        }
        check_close(metric->results(), golden.tensor("result_" + index), size_of_terms(golden));
      }
      metric->reset_state();
    }
    ++compared;
  }
  CHECK(compared > 1000);
}

template <class T>
void check_values(const GoldenCase& golden) {
  T metric;
  for (int i = 0; i < golden.integer("updates"); ++i) {
    const std::string index = std::to_string(i);
    metric.update_state(golden.tensor("values_" + index),
                        golden.tensor_or_none("sample_weight_" + index));
    check_close(metric.results(), golden.tensor("result_" + index));
  }
}

TEST_CASE("metrics: Mean and Sum as in real Keras", "[metrics][golden]") {
  int compared = 0;
  for (const GoldenCase& golden : test::read_golden("metrics")) {
    if (!golden.has_tensor("values_0")) continue;
    INFO(golden.name);
    if (golden.text("metric") == "Sum")
      check_values<Sum>(golden);
    else
      check_values<Mean>(golden);
    ++compared;
  }
  CHECK(compared == 22);
}

}  // namespace
}  // namespace keratin
