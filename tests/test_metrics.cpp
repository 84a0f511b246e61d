// Metrics alone: the published numbers, functions, copies.
#include <algorithm>
#include <cmath>
#include <limits>

#include "keratin/metrics.hpp"
#include "keratin/ops.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

namespace keratin {
namespace {

using namespace metrics;

template <class T>
double value(T metric, const Tensor& y_true, const Tensor& y_pred,
             const Tensor& sample_weight = {}) {
  metric.update_state(y_true, y_pred, sample_weight);
  return metric.result();
}

Approx near(double want) { return Approx(want).margin(1e-6).epsilon(0); }

const Tensor scores = {{.1, .9, .8}, {.05, .95, 0}};
const Tensor one_hot = {{0, 0, 1}, {0, 1, 0}};

TEST_CASE("Mean and Sum: Keras's examples", "[metrics]") {
  Mean mean;
  CHECK(mean.result() == 0);
  mean.update_state({1, 3, 5, 7});
  CHECK(mean.result() == 4);
  mean.reset_state();
  mean.update_state({1, 3, 5, 7}, {1, 1, 0, 0});
  CHECK(mean.result() == 2);
  mean.reset_state();
  mean.update_state({{1, 3}, {5, 7}}, {1, 0});
  CHECK(mean.result() == 2);
  mean.reset_state();
  mean.update_state({{1, 3}, {5, 7}}, {{1, 0}, {0, 1}});
  CHECK(mean.result() == 4);

  Sum sum({.name = "rows"});
  sum.update_state({1, 3, 5, 7});
  CHECK(sum.result() == 16);
  sum.update_state({1, 3, 5, 7}, {1, 1, 0, 0});
  CHECK(sum.result() == 20);
  CHECK(sum.name == "rows");
}

TEST_CASE("accuracies: Keras's examples", "[metrics]") {
  CHECK(value(Accuracy(), {1, 2, 3, 4}, {0, 2, 3, 4}) == 0.75);
  CHECK(value(Accuracy(), {1, 2, 3, 4}, {0, 2, 3, 4}, {1, 1, 0, 0}) == 0.5);
  CHECK(value(BinaryAccuracy(), {1, 1, 0, 0}, {.98, 1, 0, .6}) == 0.75);
  CHECK(value(BinaryAccuracy({.threshold = 0.7}), {1, 1, 0, 0}, {.98, 1, 0, .6}) == 1);
  CHECK(value(BinaryAccuracy(), {{1, 0}, {0, 1}}, {{.9, .6}, {.1, .9}}) == 0.75);
  CHECK(value(BinaryAccuracy(), {0, 1}, {.5, .5}) == 0.5);
  CHECK(value(CategoricalAccuracy(), one_hot, scores) == 0.5);
  CHECK(value(CategoricalAccuracy(), one_hot, scores, {.7, .3}) == near(0.3));
  CHECK(value(SparseCategoricalAccuracy(), {2, 1}, {{.1, .6, .3}, {.05, .95, 0}}) == 0.5);
  CHECK(value(SparseCategoricalAccuracy(), {{2}, {1}}, {{.1, .6, .3}, {.05, .95, 0}}, {.7, .3}) ==
        near(0.3));
  CHECK(value(TopKCategoricalAccuracy({.k = 1}), one_hot, scores) == 0.5);
  CHECK(value(TopKCategoricalAccuracy({.k = 2}), one_hot, scores) == 1);
  CHECK(value(SparseTopKCategoricalAccuracy({.k = 1}), {2, 1}, scores, {.7, .3}) == near(0.3));
  CHECK(value(SparseTopKCategoricalAccuracy({.k = 1, .from_sorted_ids = true}), {2, 1},
              {{1, 0, 3}, {1, 2, 3}}) == 0.5);
}

TEST_CASE("accuracies at what is not a number, as TensorFlow", "[metrics]") {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              inf = std::numeric_limits<float>::infinity();
  CHECK(value(SparseCategoricalAccuracy(), {1, 0, 2, 0},
              {{nan, .5, .2}, {nan, nan, nan}, {.1, nan, .9}, {-inf, -inf, -inf}}) == 1);
  CHECK(value(SparseTopKCategoricalAccuracy({.k = 1}), {0, 1, 2, 7, -1},
              {{.1, nan, .2}, {.5, .5, .5}, {.1, .2, inf}, {1, 2, 3}, {1, 2, 3}}) == near(0.2));
  CHECK(value(SparseCategoricalAccuracy(), {7, -1, 1}, {{.1, .9}, {.1, .9}, {.1, .9}}) ==
        near(1.0 / 3));  // no class: a miss
  CHECK(std::isnan(value(RootMeanSquaredError(), {1, 2}, {nan, 2})));
  CHECK(value(RootMeanSquaredError(), {1, 2}, {inf, 2}) == std::numeric_limits<double>::infinity());
}

TEST_CASE("the losses as metrics: Keras's examples", "[metrics]") {
  const Tensor y_true = {{0, 1}, {0, 0}}, y_pred = {{1, 1}, {0, 0}}, half = {{.6, .4}, {.4, .6}};
  CHECK(value(metrics::MeanSquaredError(), y_true, y_pred) == 0.25);
  CHECK(value(metrics::MeanAbsoluteError(), y_true, y_pred) == 0.25);
  CHECK(value(RootMeanSquaredError(), y_true, y_pred) == 0.5);
  CHECK(value(metrics::MeanSquaredLogarithmicError(), y_true, y_pred) == near(0.1201132));
  CHECK(value(LogCoshError(), y_true, y_pred) == near(0.1084452));
  CHECK(value(metrics::CosineSimilarity({.axis = 1}), {{0, 1}, {1, 1}}, {{1, 0}, {1, 1}}) ==
        near(0.5));
  CHECK(value(metrics::KLDivergence(), y_true, half) == near(.4581431));
  CHECK(value(metrics::Poisson(), y_true, y_pred) == near(.5));
  CHECK(value(metrics::BinaryCrossentropy(), y_true, half) == near(.8149245));
  CHECK(value(metrics::Hinge(), y_true, half) == near(1.3));
  CHECK(value(metrics::SquaredHinge(), y_true, half) == near(1.86));
  CHECK(value(metrics::CategoricalHinge(), y_true, half) == near(1.4));
  CHECK(value(PearsonCorrelation(), {{0, 1, .5}, {1, 1, .2}}, {{.1, .9, .5}, {1, .9, .2}}) ==
        near(0.9966996));
  CHECK(value(ConcordanceCorrelation(), {{0, 1, .5}, {1, 1, .2}}, {{.1, .9, .5}, {1, .9, .2}}) ==
        near(0.9816320));

  // Ignored samples have the value 0: they count without weights and are left out with them.
  const Tensor labels = {1, 0}, three = {{.15, .75, .1}, {.75, .15, .1}};
  CHECK(value(metrics::SparseCategoricalCrossentropy({.ignore_class = 0}), labels, three) ==
        near(0.1438410));
  CHECK(value(metrics::SparseCategoricalCrossentropy({.ignore_class = 0}), labels, three, {1, 1}) ==
        near(0.2876821));
}

TEST_CASE("confusion counts, precision and recall: Keras's examples", "[metrics]") {
  CHECK(value(TruePositives(), {0, 1, 1, 1}, {1, 0, 1, 1}) == 2);
  CHECK(value(TruePositives(), {0, 1, 1, 1}, {1, 0, 1, 1}, {0, 0, 1, 0}) == 1);
  CHECK(value(FalsePositives(), {0, 1, 0, 0}, {0, 0, 1, 1}) == 2);
  CHECK(value(FalseNegatives(), {0, 1, 1, 1}, {0, 1, 0, 0}) == 2);
  CHECK(value(TrueNegatives(), {0, 1, 0, 0}, {1, 1, 0, 0}) == 2);
  CHECK(value(Precision(), {0, 1, 1, 1}, {1, 0, 1, 1}) == near(2.0 / 3));
  CHECK(value(Recall(), {0, 1, 1, 1}, {1, 0, 1, 1}) == near(2.0 / 3));
  CHECK(value(Precision({.top_k = 4}), {0, 0, 1, 1}, {1, 1, 1, 1}) == 0.5);
  CHECK(value(Precision({.thresholds = 0.7}), {1, 1, 0}, {.6, .8, .9}) == 0.5);
  CHECK(value(Recall({.thresholds = {0.7}, .class_id = 1}), {{0, 1}, {1, 1}},
              {{.9, .8}, {.9, .6}}) == 0.5);

  Precision several({.thresholds = {0.8, 0.3, 0.5}});  // results keep the order given
  several.update_state({0, 1, 1, 0}, {.4, .6, .9, .2});
  CHECK(several.results() == Tensor{1, 2.0f / 3, 1});
  CHECK(several.result() == near((1 + 2.0 / 3 + 1) / 3));
}

TEST_CASE("curves: Keras's examples", "[metrics]") {
  const Tensor labels = {0, 0, 1, 1}, p = {0, .5, .3, .9};
  CHECK(value(AUC({.num_thresholds = 3}), labels, p) == near(0.75));
  CHECK(value(AUC(), labels, p) == near(0.75));
  CHECK(value(AUC({.curve = "PR"}), labels, p) == near(0.7972674));
  CHECK(value(SensitivityAtSpecificity(0.5), {0, 0, 0, 1, 1}, {0, .3, .8, .3, .8}) == 0.5);
  CHECK(value(SensitivityAtSpecificity({.specificity = 0.5}), {0, 0, 0, 1, 1},
              {0, .3, .8, .3, .8}) == 0.5);
  CHECK(value(SpecificityAtSensitivity(0.5, {.num_thresholds = 100}), {0, 0, 0, 1, 1},
              {0, .3, .8, .3, .8}) == near(2.0 / 3));
  CHECK(value(PrecisionAtRecall(0.5), {0, 0, 0, 1, 1}, {0, .3, .8, .3, .8}) == 0.5);
  CHECK(value(RecallAtPrecision({.precision = 0.8}), {0, 0, 1, 1}, {0, .5, .3, .9}) == 0.5);
  CHECK(AUC().result() == 0);
  CHECK(AUC({.multi_label = true}).result() == 0);
}

TEST_CASE("F scores, R2 and IoU: Keras's examples", "[metrics]") {
  const Tensor y_true = {{1, 1, 1}, {1, 0, 0}, {1, 1, 0}},
               y_pred = {{.2, .6, .7}, {.2, .6, .6}, {.6, .8, 0}};
  F1Score f1({.threshold = 0.5});
  CHECK(f1.result() == 0);
  f1.update_state(y_true, y_pred);
  CHECK(f1.results().values()[0] == near(0.5));
  CHECK(f1.results().values()[1] == near(0.8));
  CHECK(f1.results().values()[2] == near(0.6666666));
  CHECK(f1.result() == near((0.5 + 0.8 + 0.6666666) / 3));
  CHECK(value(F1Score({.average = "macro", .threshold = 0.5}), y_true, y_pred) ==
        near((0.5 + 0.8 + 0.6666666) / 3));
  FBetaScore f2({.beta = 2, .threshold = 0.5});
  f2.update_state(y_true, y_pred);
  CHECK(f2.results().values()[0] == near(0.3846154));
  CHECK(f2.results().values()[1] == near(0.9090909));
  CHECK(f2.results().values()[2] == near(0.8333332));
  CHECK(value(R2Score(), {{1}, {4}, {3}}, {{2}, {4}, {4}}) == near(0.5714285));
  CHECK(R2Score().result() == 0);

  const Tensor labels = {0, 0, 1, 1}, ids = {0, 1, 0, 1};
  CHECK(value(MeanIoU(2), labels, ids) == near(1.0 / 3));
  CHECK(value(MeanIoU({.num_classes = 2}), labels, ids) == near(1.0 / 3));
  CHECK(value(IoU({.num_classes = 2, .target_class_ids = {0}}), labels, ids) == near(1.0 / 3));
  CHECK(value(BinaryIoU({.target_class_ids = {0, 1}, .threshold = 0.3}), {0, 1, 0, 1},
              {.1, .2, .4, .7}) == near(1.0 / 3));
  CHECK(value(OneHotIoU({.num_classes = 3, .target_class_ids = {0, 2}}),
              {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {1, 0, 0}},
              {{.2, .3, .5}, {.1, .2, .7}, {.5, .3, .1}, {.1, .4, .5}}) == near(0.1666667));
  CHECK(value(OneHotMeanIoU(3), {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {1, 0, 0}},
              {{.2, .3, .5}, {.1, .2, .7}, {.5, .3, .1}, {.1, .4, .5}}) == near(0.1111111));
  CHECK(value(MeanIoU(3), {0, 1, -1, 5}, {0, 1, 2, 2}) == near(1));  // what is no class is left out
}

Node absolute_error(Node y_true, Node y_pred) { return ops::mean(ops::abs(y_true - y_pred), -1); }

TEST_CASE("a function and a loss as metrics", "[metrics]") {
  MeanMetricWrapper wrapped(absolute_error, {.name = "mine"});
  const Tensor y_true = {{0, 1}, {0, 0}, {2, 2}}, y_pred = {{1, 1}, {0, 0}, {0, 0}};
  wrapped.update_state(y_true, y_pred);
  CHECK(wrapped.result() == near(2.5 / 3));
  wrapped.update_state(y_true, y_pred, {1, 1, 0});
  CHECK(wrapped.result() == near(3.0 / 5));
  MeanMetricWrapper copy = wrapped;
  copy.reset_state();
  copy.update_state(y_true, y_true);
  CHECK(copy.result() == 0);
  CHECK(copy.name == "mine");
  CHECK(wrapped.result() == near(3.0 / 5));
  CHECK(wrapped.direction == Direction::unknown);

  // Batches of a loss count alike, whatever their size.
  LossMetric loss{losses::MeanSquaredError()};
  CHECK(loss.name == "mean_squared_error");
  loss.update_state({{1}, {1}, {1}}, {{0}, {0}, {0}});
  loss.update_state(Tensor({{3}}), Tensor({{0}}));
  CHECK(loss.result() == near(5));
  loss.reset_state();
  loss.update_state({{1}, {3}}, {{0}, {0}}, {1, 0});
  CHECK(loss.result() == near(0.5));
}

TEST_CASE("a metric of one's own", "[metrics]") {
  class Largest : public Metric {
   public:
    Largest() : Metric("largest") {}
    void update_state(const Tensor&, const Tensor& y_pred, const Tensor&) override {
      for (float p : y_pred.values()) largest_ = std::max(largest_, static_cast<double>(p));
    }
    double result() const override { return largest_; }
    void reset_state() override { largest_ = 0; }

   private:
    double largest_ = 0;
  };
  Largest largest;
  Metric& metric = largest;
  metric.update_state({0, 0}, {3, 4});
  CHECK(metric.result() == 4);
  CHECK(metric.results() == Tensor(4.0f));
  GradientTape tape;
  const Tensor y_true = {0}, y_pred = {7};
  metric.update_on_tape(tape.constant(y_true), tape.constant(y_pred));
  CHECK(metric.result() == 7);
}

TEST_CASE("metrics of a step allocate nothing after the first", "[metrics][allocations]") {
  const Tensor y_pred = {{.1, .7, .2}, {.5, .2, .3}}, one_hot = {{0, 1, 0}, {0, 0, 1}},
               ids = {1, 2}, weights = {1, .5};
  const auto allocated = [&](Metric&& metric, const Tensor& y_true) {
    const auto update = [&] {
      metric.update_state(y_true, y_pred);
      metric.update_state(y_true, y_pred, weights);
    };
    update();
    update();
    return test::allocations_of(update).count;
  };
  CHECK(allocated(SparseCategoricalAccuracy(), ids) == 0);
  CHECK(allocated(CategoricalAccuracy(), one_hot) == 0);
  CHECK(allocated(BinaryAccuracy(), one_hot) == 0);
  CHECK(allocated(SparseTopKCategoricalAccuracy({.k = 2}), ids) == 0);
  CHECK(allocated(RootMeanSquaredError(), one_hot) == 0);
  CHECK(allocated(metrics::MeanSquaredError(), one_hot) == 0);
  CHECK(allocated(metrics::SparseCategoricalCrossentropy(), ids) == 0);
  CHECK(allocated(metrics::SparseCategoricalCrossentropy({.ignore_class = 1}), ids) == 0);
  CHECK(allocated(MeanMetricWrapper(absolute_error), one_hot) == 0);
  CHECK(allocated(Precision(), one_hot) == 0);
  CHECK(allocated(AUC(), one_hot) == 0);
  CHECK(allocated(F1Score(), one_hot) == 0);
}

}  // namespace
}  // namespace keratin
