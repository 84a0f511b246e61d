// Losses by the numbers of the documents, under every name, with every reduction and weight.
#include <cmath>
#include <limits>
#include <vector>

#include "keratin/losses.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"

namespace keratin {
namespace {

using namespace losses;

bool near(float got, double want) {
  return std::abs(got - want) <= 1e-6 * std::max(1.0, std::abs(want));
}

void check_values(const Tensor& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    INFO("value " << i << ": got " << got.values()[i] << " want " << want[i]);
    CHECK(near(got.values()[i], want[i]));
  }
}

const Tensor labels = {{0, 1}, {0, 0}}, half = {{.5, .4}, {.4, .5}}, more = {{.6, .4}, {.4, .6}};
const Tensor ones = {{1, 1}, {1, 0}}, counts = {{1, 1}, {0, 0}}, large = {{2, 1}, {2, 3}};
const Tensor three = {{.15, .75, .1}, {.75, .15, .1}}, sure = {{.05, .95, 0}, {.1, .8, .1}};

struct Sample {
  const char* name;
  LossHandle (*make)(Reduction);
  Tensor y_true, y_pred;
  std::vector<double> each;  // the per-sample values
  double mean;
  Tensor weights = {};
  double weighted_mean = 0, weighted_sum = 0, mean_with_sample_weight = 0;
};

template <class T>
LossHandle plain(Reduction reduction) {
  return T({.reduction = reduction});
}
LossHandle rows_cosine(Reduction reduction) {
  return CosineSimilarity({.axis = 1, .reduction = reduction});
}

const Sample samples[] = {
    {"mae", plain<MeanAbsoluteError>, {1, 0}, {2, 3}, {2}, 2},
    {"mse", plain<MeanSquaredError>, {1, 0}, {2, 3}, {5}, 5},
    {"cce",
     plain<CategoricalCrossentropy>,
     {{0, 1, 0}, {1, 0, 0}},
     three,
     {.28768207, .28768207},
     .28768207},
    {"scce",
     plain<SparseCategoricalCrossentropy>,
     {1, 0},
     three,
     {.28768207, .28768207},
     .28768207},
    {"bce",
     plain<BinaryCrossentropy>,
     labels,
     half,
     {.80471896, .6019864},
     .70335268,
     {1, 0},
     .40235948,
     .80471896,
     .80471896},
    {"bce more",
     plain<BinaryCrossentropy>,
     labels,
     more,
     {.91629073, .71355818},
     .81492445,
     {1, 0},
     .45814537,
     .91629073,
     .91629073},
    {"cce sure",
     plain<CategoricalCrossentropy>,
     {{0, 1, 0}, {0, 0, 1}},
     sure,
     {.051293294, 2.3025851},
     1.1769392,
     {.3, .7},
     .81359878,
     1.6271976,
     1.6271976},
    {"scce sure",
     plain<SparseCategoricalCrossentropy>,
     {1, 2},
     sure,
     {.051293394, 2.3025851},
     1.1769392,
     {.3, .7},
     .81359879,
     1.6271976,
     1.6271976},
    {"poisson",
     plain<Poisson>,
     labels,
     counts,
     {.99999995, 0},
     .49999998,
     {.8, .2},
     .39999998,
     .79999996,
     .79999996},
    {"kld",
     plain<KLDivergence>,
     labels,
     more,
     {.91628917, -3.0809075e-06},
     .45814305,
     {.8, .2},
     .36651536,
     .73303072,
     .73303072},
    {"mse ones", plain<MeanSquaredError>, labels, ones, {.5, .5}, .5, {.7, .3}, .25, .5, .5},
    {"mae ones", plain<MeanAbsoluteError>, labels, ones, {.5, .5}, .5, {.7, .3}, .25, .5, .5},
    {"mape", plain<MeanAbsolutePercentageError>, large, ones, {25, 75}, 50, {.7, .3}, 20, 40, 40},
    {"mape of 0",
     plain<MeanAbsolutePercentageError>,
     labels,
     ones,
     {5e8, 5e8},
     5e8,
     {.7, .3},
     2.5e8,
     5e8,
     5e8},
    {"msle large",
     plain<MeanSquaredLogarithmicError>,
     large,
     ones,
     {.082200977, 1.0431069},
     .56265392,
     {.7, .3},
     .18523637,
     .37047274,
     .37047274},
    {"msle",
     plain<MeanSquaredLogarithmicError>,
     labels,
     ones,
     {.24022644, .24022644},
     .24022644,
     {.7, .3},
     .12011322,
     .24022644,
     .24022644},
    {"cosine",
     rows_cosine,
     {{0, 1}, {1, 1}},
     {{1, 0}, {1, 1}},
     {0, -1},
     -.5,
     {.8, .2},
     -.1,
     -.2,
     -.2},
    {"huber", plain<Huber>, labels, half, {.1525, .1025}, .1275, {1, 0}, .07625, .1525, .1525},
    {"huber more", plain<Huber>, labels, more, {.18, .13}, .155, {1, 0}, .09, .18, .18},
    {"log_cosh",
     plain<LogCosh>,
     labels,
     counts,
     {.21689042, 0},
     .10844521,
     {.8, .2},
     .086756166,
     .17351233,
     .17351233},
    {"hinge", plain<Hinge>, labels, half, {1.05, 1.45}, 1.25, {1, 0}, .525, 1.05, 1.05},
    {"hinge more", plain<Hinge>, labels, more, {1.1, 1.5}, 1.3, {1, 0}, .55, 1.1, 1.1},
    {"squared_hinge",
     plain<SquaredHinge>,
     labels,
     more,
     {1.46, 2.26},
     1.86,
     {1, 0},
     .73,
     1.46,
     1.46},
    {"categorical_hinge",
     plain<CategoricalHinge>,
     labels,
     half,
     {1.1, 1.5},
     1.3,
     {1, 0},
     .55,
     1.1,
     1.1},
    {"categorical_hinge more",
     plain<CategoricalHinge>,
     labels,
     more,
     {1.2, 1.6},
     1.4,
     {1, 0},
     .6,
     1.2,
     1.2},
};

struct Named {
  const char *class_name, *name, *alias, *ALIAS;
};
const Named names[] = {
    {"MeanSquaredError", "mean_squared_error", "mse", "MSE"},
    {"MeanAbsoluteError", "mean_absolute_error", "mae", "MAE"},
    {"MeanAbsolutePercentageError", "mean_absolute_percentage_error", "mape", "MAPE"},
    {"MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", "msle", "MSLE"},
    {"CosineSimilarity", "cosine_similarity", "", ""},
    {"LogCosh", "log_cosh", "", ""},
    {"Poisson", "poisson", "", ""},
    {"KLDivergence", "kl_divergence", "kld", "KLD"},
    {"BinaryCrossentropy", "binary_crossentropy", "bce", "BCE"},
    {"BinaryFocalCrossentropy", "binary_focal_crossentropy", "", ""},
    {"CategoricalCrossentropy", "categorical_crossentropy", "", ""},
    {"CategoricalFocalCrossentropy", "categorical_focal_crossentropy", "", ""},
    {"Hinge", "hinge", "", ""},
    {"SquaredHinge", "squared_hinge", "", ""},
    {"CategoricalHinge", "categorical_hinge", "", ""},
    {"Dice", "dice", "", ""},
    {"Tversky", "tversky", "", ""}};

Node quantile(Node y_true, Node y_pred) {
  const Node error = y_true - y_pred;
  return ops::mean(ops::maximum(0.9f * error, -0.1f * error), -1);
}

}  // namespace

TEST_CASE("the published samples, under every reduction, with and without weights", "[losses]") {
  for (const Sample& sample : samples) {
    INFO(sample.name);
    const auto loss = [&](const char* reduction) { return sample.make(reduction); };
    double sum = 0;
    for (double value : sample.each) sum += value;
    const Tensor none = loss("none")(sample.y_true, sample.y_pred);
    check_values(none, sample.each);
    CHECK(none.shape() == (sample.each.size() == 1
                               ? Shape{}
                               : Shape{sample.each.size()}));  // of a vector: one value, no axis
    for (const char* mean : {"sum_over_batch_size", "auto", "mean", "mean_with_sample_weight"})
      check_values(loss(mean)(sample.y_true, sample.y_pred), {sample.mean});
    check_values(loss("sum")(sample.y_true, sample.y_pred), {sum});
    if (sample.weights.empty()) continue;
    const auto weighted = [&](const char* reduction) {
      return loss(reduction)(sample.y_true, sample.y_pred, sample.weights);
    };
    for (const char* mean : {"sum_over_batch_size", "auto", "mean"})
      check_values(weighted(mean), {sample.weighted_mean});
    check_values(weighted("sum"), {sample.weighted_sum});
    check_values(weighted("mean_with_sample_weight"), {sample.mean_with_sample_weight});
    const auto w = sample.weights.values();
    check_values(weighted("none"), {sample.each[0] * static_cast<double>(w[0]),
                                    sample.each[1] * static_cast<double>(w[1])});
  }
}

TEST_CASE("the losses with arguments", "[losses]") {
  const Tensor hot = {{0, 1, 0}, {0, 0, 1}};
  check_values(BinaryCrossentropy({.from_logits = true})(labels, half), {.8435462});
  check_values(BinaryCrossentropy({.label_smoothing = 0.1})(labels, half), {.7033527});
  check_values(binary_crossentropy(labels, half, {.label_smoothing = 0.1}), {.7945823, .612123});
  check_values(CategoricalCrossentropy({.label_smoothing = 0.1})(hot, sure), {1.4591359});
  check_values(categorical_crossentropy(hot, sure, {.from_logits = true}), {.5840635, 1.3897266});
  check_values(BinaryFocalCrossentropy()(labels, more), {.2678315});
  check_values(binary_focal_crossentropy(labels, more, {.apply_class_balancing = true}),
               {.1649323, .1543488});
  check_values(CategoricalFocalCrossentropy()(hot, sure, {.3, .7}), {.1632005});
  check_values(categorical_focal_crossentropy(hot, sure, {.alpha = {.25, .25, .25}}),
               {3.2058e-05, .4662735});
  check_values(SparseCategoricalCrossentropy({.ignore_class = 0})({1, 0}, three), {.2876821});
  check_values(sparse_categorical_crossentropy({1, 0}, three, {.ignore_class = 0}), {.2876821, 0});
  check_values(Huber({.delta = 0.5})(labels, half), {.12625});
  const Tensor t = {{1, 0}, {1, 1}}, p = {{.5, .5}, {1, .25}};
  check_values(Dice()(t, p), {.3333333});
  check_values(dice(t, p, {.axis = {1}}), {.5, .2307692});
  check_values(Tversky({.alpha = .3, .beta = .7})(t, p),
               {.2929293});  // of Keras 3.15; 3.16 gives 0.3693694
  check_values(dice({{{1, 0}, {1, 1}}}, {{{.5, .5}, {1, .25}}}, {.axis = {1, 2}}), {.3333333});
}

TEST_CASE("a loss has its class's name, its function's and Keras's short forms", "[losses]") {
  const Tensor t = {{1, 0, 1}, {0, 1, 0}}, p = {{.7, .2, .4}, {.3, .3, .6}};
  for (const Named& named : names) {
    INFO(named.name);
    const LossHandle by_class = get(named.class_name);
    CHECK(by_class->name == named.name);
    CHECK(by_class->reduction == Reduction::sum_over_batch_size);
    for (const char* name : {named.name, named.alias, named.ALIAS}) {
      if (!*name) continue;
      CHECK(get(name)->name == name);  // what compile calls it
      CHECK(get(name)(t, p) == by_class(t, p));
      CHECK(LossHandle(name)(t, p) == by_class(t, p));
    }
  }
  CHECK(get("Huber")->name == "huber_loss");  // Keras's own exception
  CHECK(get("huber")->name == "huber");
  CHECK(get("SparseCategoricalCrossentropy")->name == "sparse_categorical_crossentropy");
  CHECK(get("sparse_categorical_crossentropy")({1, 2}, p) ==
        SparseCategoricalCrossentropy()({1, 2}, p));
  CHECK(Dice({.name = "overlap"}).name == "overlap");
  CHECK_FALSE(LossHandle());
  CHECK(LossHandle("mse"));
}

TEST_CASE("a built-in loss gives the same by class and by function, on tensors and on nodes",
          "[losses]") {
  const Tensor t = {{1, 0, 1}, {0, 1, 0}}, p = {{.7, .2, .4}, {.3, .3, .6}};
  GradientTape tape;
  const Node tn = tape.constant(t), pn = tape.constant(p);
  const auto same = [&](const char* name, const Tensor& on_tensors, Node on_nodes) {
    INFO(name);
    CHECK(on_tensors == on_nodes.value());
    const Tensor reduced = get(name)(t, p);
    CHECK(near(reduced.item(), ops::mean(on_nodes).value().item()));
  };
  same("MeanSquaredError", mean_squared_error(t, p), mean_squared_error(tn, pn));
  same("MeanAbsoluteError", mean_absolute_error(t, p), mean_absolute_error(tn, pn));
  same("MeanAbsolutePercentageError", mean_absolute_percentage_error(t, p),
       mean_absolute_percentage_error(tn, pn));
  same("MeanSquaredLogarithmicError", mean_squared_logarithmic_error(t, p),
       mean_squared_logarithmic_error(tn, pn));
  same("CosineSimilarity", cosine_similarity(t, p), cosine_similarity(tn, pn));
  same("Huber", huber(t, p), huber(tn, pn));
  same("LogCosh", log_cosh(t, p), log_cosh(tn, pn));
  same("Poisson", poisson(t, p), poisson(tn, pn));
  same("KLDivergence", kl_divergence(t, p), kl_divergence(tn, pn));
  same("BinaryCrossentropy", binary_crossentropy(t, p), binary_crossentropy(tn, pn));
  same("BinaryFocalCrossentropy", binary_focal_crossentropy(t, p),
       binary_focal_crossentropy(tn, pn));
  same("CategoricalCrossentropy", categorical_crossentropy(t, p), categorical_crossentropy(tn, pn));
  same("CategoricalFocalCrossentropy", categorical_focal_crossentropy(t, p),
       categorical_focal_crossentropy(tn, pn));
  same("Hinge", hinge(t, p), hinge(tn, pn));
  same("SquaredHinge", squared_hinge(t, p), squared_hinge(tn, pn));
  same("CategoricalHinge", categorical_hinge(t, p), categorical_hinge(tn, pn));
  same("Dice", dice(t, p), dice(tn, pn));
  same("Tversky", tversky(t, p), tversky(tn, pn));
  CHECK(sparse_categorical_crossentropy({0, 1}, p) ==
        sparse_categorical_crossentropy(tape.hold({0, 1}), pn).value());
}

TEST_CASE("what converts to a loss", "[losses]") {
  struct Compile {
    LossHandle loss = {};
  };
  const Tensor t = {{1, 2}, {3, 4}}, p = {{2, 2}, {3, 0}};
  CHECK(near(Compile{.loss = "mse"}.loss(t, p).item(), 4.25));
  CHECK(near(Compile{.loss = losses::Huber({.delta = 2})}.loss(t, p).item(), 1.625));
  CHECK(near(Compile{.loss = losses::mean_squared_error}.loss(t, p).item(),
             4.25));  // a function of the library's
  CHECK(near(Compile{.loss = losses::huber}.loss(t, p).item(), 1));
  CHECK(near(Compile{.loss = quantile}.loss(t, p).item(), .925));
  const Compile lambda = {.loss = [](Node y_true, Node y_pred) {
    return ops::square(y_true - y_pred);
  }};  // no mean of its own
  CHECK(near(lambda.loss(t, p).item(), 4.25));
  CHECK(lambda.loss->name == "loss");
  const LossFunctionWrapper named(quantile, {.reduction = "sum", .name = "quantile"});
  const LossFunctionWrapper copy = named;
  CHECK(copy.name == "quantile");
  CHECK(near(copy(t, p).item(), 1.85));
  CHECK(near(named(t, p, {1, 0}).item(), .05));
}

TEST_CASE("(N) and (N, 1) are brought together, whichever is which", "[losses]") {
  const Tensor row = {1, 2, 3}, column = {{1}, {2}, {5}};
  const MeanSquaredError none({.reduction = "none"});
  CHECK(none(row, column) == Tensor{0, 0, 4});
  CHECK(none(column, row) == Tensor{0, 0, 4});
  CHECK(mean_squared_error(row, column) == Tensor{0, 0, 4});
  CHECK(LossFunctionWrapper(quantile, {.reduction = "none"})(row, column).shape() ==
        Shape{3});  // a user's function too
  CHECK(none(Tensor::ones({2, 3, 1}), Tensor::ones({2, 3})).shape() == Shape{2});
  CHECK(sparse_categorical_crossentropy({{1}, {0}}, three).shape() == Shape{2});
}

TEST_CASE("weights by sample, by place, for all", "[losses]") {
  const MeanSquaredError none({.reduction = "none"}), mean;
  const Tensor t = Tensor::zeros({2, 3, 1}), p = {{{1}, {2}, {3}}, {{4}, {5}, {6}}};
  CHECK(none(t, p, {{1, 0, 2}, {3, 1, 0}}) == Tensor{{1, 0, 18}, {48, 25, 0}});
  CHECK(none(t, p, {{1}, {2}}) == Tensor{{1, 4, 9}, {32, 50, 72}});  // for each sample
  CHECK(none(t, p, {1, 0, 2}) ==
        Tensor{{1, 0, 18}, {16, 0, 72}});  // for each place, as NumPy broadcasts
  CHECK(none(t, p, 2.0f) == Tensor{{2, 8, 18}, {32, 50, 72}});
  CHECK(near(mean(t, p, 2.0f).item(), 2 * 91.0 / 6));
  const Tensor row = {1, 2, 3};
  CHECK(none({{1}, {2}, {5}}, {{1}, {1}, {3}}, row) == Tensor{0, 2, 12});
  CHECK(none({{1}, {2}, {5}}, {{1}, {1}, {3}}, {{1}, {2}, {3}}) ==
        Tensor{{0}, {2}, {12}});  // (N, 1) makes (N, 1)
  CHECK(none({1, 2, 5}, {1, 1, 3}, row).shape() ==
        Shape{3});  // the one value of a vector, weighted thrice
  CHECK(MeanSquaredError({.reduction = "mean_with_sample_weight"})(t, p, {{0}, {0}}).item() == 0);
  const SparseCategoricalCrossentropy ignoring({.ignore_class = 0});
  check_values(ignoring({1, 0, 2}, {{.2, .8, 0}, {1, 0, 0}, {.25, .25, .5}}, {1, 5, 2}),
               {(-std::log(.8) - 2 * std::log(.5)) / 2});
  CHECK(ignoring({0, 0}, three).item() == 0);
}

TEST_CASE("no samples have no loss", "[losses]") {
  const Tensor none = Tensor::zeros({0, 2});
  CHECK(mean_squared_error(none, none).shape() == Shape{0});
  CHECK(MeanSquaredError()(none, none).shape() == Shape{0});  // as Keras leaves it
  const Tensor places = Tensor::zeros({0, 3, 2});
  CHECK(MeanSquaredError()(places, places).item() == 0);
}

TEST_CASE("NaN and infinity are passed on", "[losses]") {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              inf = std::numeric_limits<float>::infinity();
  for (const Named& named : names) {
    INFO(named.name);
    const LossHandle loss = get(named.name);
    CHECK(std::isnan(loss({{1, 0}, {0, 1}}, {{nan, .5f}, {.5f, .5f}}).item()));
    CHECK(std::isnan(loss({{nan, 0}, {0, 1}}, {{.5f, .5f}, {.5f, .5f}}).item()));
    CHECK(std::isnan(loss({{1, 0}, {0, 1}}, {{.5f, .5f}, {.5f, .5f}}, {nan, 1}).item()));
  }
  CHECK(std::isnan(SparseCategoricalCrossentropy()({1, 0}, {{.5f, nan}, {.5f, .5f}}).item()));
  CHECK(std::isnan(
      SparseCategoricalCrossentropy({.from_logits = true})({1, 0}, {{.5f, nan}, {.5f, .5f}})
          .item()));
  for (const char* name : {"mse", "mae", "mape", "huber", "log_cosh"})
    CHECK(get(name)({{1, 0}}, {{inf, 0}}).item() == inf);
  // what is ignored has no part in it
  CHECK(near(
      SparseCategoricalCrossentropy({.ignore_class = 0})({1, 0}, {{.5f, .5f}, {nan, nan}}).item(),
      std::log(2)));
}

}  // namespace keratin
