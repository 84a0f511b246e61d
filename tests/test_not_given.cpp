// An optional argument is either not given, or given and checked: one without elements is given.

#include "keratin/losses.hpp"
#include "keratin/metrics.hpp"
#include "support/catch.hpp"

using namespace keratin;

TEST_CASE("sample weights without elements are checked like any others", "[not_given]") {
  const Tensor y_true = {{0}, {1}}, y_pred = {{0.5}, {0.5}}, none = Tensor::zeros({0});
  CHECK_THROWS_WITH(losses::MeanSquaredError()(y_true, y_pred, none),
                    "[mean_squared_error] sample_weight has shape (0,), which does not fit values "
                    "of shape (2,)");
  CHECK(losses::MeanSquaredError()(y_true, y_pred, Tensor()).item() == 0.25f);

  metrics::MeanSquaredError metric;
  CHECK_THROWS_WITH(metric.update_state(y_true, y_pred, none),
                    "[mean_squared_error] sample_weight has shape (0,), which does not fit values "
                    "of shape (2,)");
  metric.update_state(y_true, y_pred, Tensor());
  CHECK(metric.result() == 0.25);

  metrics::BinaryAccuracy accuracy;
  CHECK_THROWS_WITH(accuracy.update_state(y_true, y_pred, none),
                    "[binary_accuracy] sample_weight has shape (0,), which does not fit values of "
                    "shape (2, 1)");
}
