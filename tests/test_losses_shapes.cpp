// Which shapes of labels, weights and values fit: the same ones however many samples, steps and
// classes there happen to be.
#include <string>
#include <vector>

#include "keratin/losses.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using namespace losses;
using test::message;

struct Sizes {
  int samples, steps, classes;
};
std::vector<Sizes> all_sizes() {
  std::vector<Sizes> all;
  for (int samples : {1, 2, 3, 33})
    for (int steps : {1, 2, 3})
      for (int classes : {1, 2, 3}) all.push_back({samples, steps, classes});
  return all;
}

// 1, 2, 3, ... in that shape.
Tensor counting(const Shape& shape) {
  Tensor tensor = Tensor::zeros(shape);
  for (std::size_t i = 0; i < tensor.size(); ++i) tensor.values()[i] = static_cast<float>(i + 1);
  return tensor;
}

const char* const same_shape_losses[] = {"mean_squared_error",
                                         "mean_absolute_error",
                                         "mean_absolute_percentage_error",
                                         "mean_squared_logarithmic_error",
                                         "cosine_similarity",
                                         "huber",
                                         "log_cosh",
                                         "poisson",
                                         "kl_divergence",
                                         "binary_crossentropy",
                                         "binary_focal_crossentropy",
                                         "categorical_crossentropy",
                                         "categorical_focal_crossentropy",
                                         "hinge",
                                         "squared_hinge",
                                         "categorical_hinge"};

}  // namespace

TEST_CASE("weights per sample, per step and for all fit values of every size", "[losses]") {
  for (const auto& [samples, steps, classes] : all_sizes()) {
    INFO(samples << " samples, " << steps << " steps, " << classes << " classes");
    const Tensor zeros = Tensor::zeros({samples, steps, classes});
    const Tensor ones = Tensor::ones({samples, steps, classes});
    const MeanSquaredError none({.reduction = "none"});  // each value is 1
    const Tensor per_sample = counting({samples, 1});
    const Tensor per_step = counting({1, steps});
    const Tensor each = counting({samples, steps});
    Tensor by_sample = Tensor::zeros({samples, steps});
    Tensor by_step = Tensor::zeros({samples, steps});
    for (std::size_t i = 0; i < each.size(); ++i) {
      const auto row_size = static_cast<std::size_t>(steps);
      by_sample.values()[i] = per_sample.values()[i / row_size];
      by_step.values()[i] = per_step.values()[i % row_size];
    }
    CHECK(none(zeros, ones, per_sample) == by_sample);
    CHECK(none(zeros, ones, per_step) == by_step);
    CHECK(none(zeros, ones, each) == each);
    CHECK(none(zeros, ones, each.reshaped({samples, steps, 1})) == each);
    CHECK(none(zeros, ones, 2.0f) == Tensor::full({samples, steps}, 2));
    CHECK(none(zeros, ones, {{2}}) ==
          (samples == 1 && steps == 1 ? Tensor{{2}} : Tensor::full({samples, steps}, 2)));
    if (steps != samples || steps == 1)
      CHECK(none(zeros, ones, per_step.reshaped({steps})) == by_step);
  }
}

TEST_CASE("every loss takes weights per sample, for one sample as for many", "[losses]") {
  for (const auto& [samples, steps, classes] : all_sizes()) {
    const Tensor t = Tensor::full({samples, steps, classes}, 0.5f);
    const Tensor p = Tensor::full({samples, steps, classes}, 0.25f);
    for (const char* name : same_shape_losses) {
      INFO(name << ": " << samples << " samples, " << steps << " steps, " << classes);
      const LossHandle loss = name;
      const float unweighted = loss(t, p).item();
      CHECK(loss(t, p, Tensor::full({samples, 1}, 2)).item() == Approx(2 * unweighted));
      CHECK(loss(t, p, Tensor::full({samples, steps}, 2)).item() == Approx(2 * unweighted));
    }
    const LossHandle sparse = "sparse_categorical_crossentropy";
    const Tensor ids = Tensor::zeros({samples, steps});
    const float unweighted = sparse(ids, p).item();
    CHECK(sparse(ids.reshaped({samples, steps, 1}), p).item() == unweighted);
    CHECK(sparse(ids, p, Tensor::full({samples, 1}, 2)).item() == Approx(2 * unweighted));
    for (const LossHandle& overlap : {LossHandle("dice"), LossHandle("tversky")}) {
      const Tensor weighted = overlap(t, p, Tensor::full({samples}, 2));
      CHECK(weighted.shape() == Shape{});  // reduced, also of one sample
      CHECK(weighted.item() == Approx(2 * overlap(t, p).item()));
    }
  }
}

TEST_CASE("a single value for the batch takes one weight per sample, also of one", "[losses]") {
  for (int samples : {1, 3}) {
    const Tensor t = Tensor::zeros({samples}), p = Tensor::ones({samples});
    const Tensor weights = Tensor::full({samples}, 2);
    CHECK(MeanSquaredError({.reduction = "none"})(t, p, weights).shape() == Shape{samples});
    CHECK(MeanSquaredError()(t, p, weights).item() == 2);
    CHECK(MeanSquaredError({.reduction = "mean_with_sample_weight"})(t, p, weights).item() == 1);
    CHECK(MeanSquaredError({.reduction = "none"})(t, p, weights.reshaped({samples, 1})).shape() ==
          Shape{samples, 1});
  }
}

TEST_CASE("weights (N) for values (N, T) are refused, whatever N and T", "[losses]") {
  const auto weighted = [](int samples, int steps, const Tensor& weight) {
    const Tensor t = Tensor::zeros({samples, steps, 2});
    return message([&] { MeanSquaredError()(t, t, weight); });
  };
  const std::string where = "[mean_squared_error] sample_weight has shape ";
  CHECK(weighted(1, 2, {1}) ==
        where + "(1,), the values (1, 2): for one weight per sample give it shape (1, 1)");
  CHECK(weighted(4, 2, Tensor::ones({4})) ==
        where + "(4,), the values (4, 2): for one weight per sample give it shape (4, 1)");
  CHECK(weighted(2, 2, {1, 1}) ==
        where +
            "(2,), the values (2, 2): that can be meant in two ways, for one weight per "
            "sample give it shape (2, 1)");
  CHECK(weighted(3, 2, {1}) == where + "(1,), which does not fit values of shape (3, 2)");
  CHECK(weighted(3, 2, {{1}, {1}}) == where + "(2, 1), which does not fit values of shape (3, 2)");
  CHECK(weighted(3, 2, Tensor::ones({3, 2, 2})) ==
        where + "(3, 2, 2), which does not fit values of shape (3, 2)");
  CHECK(weighted(3, 2, Tensor::zeros({0})) ==
        where + "(0,), which does not fit values of shape (3, 2)");

  const Tensor images = Tensor::zeros({4, 2, 3, 1});
  CHECK(message([&] {
          MeanSquaredError()(images, images, Tensor::ones({4, 1}));
        }) ==
        where + "(4, 1), the values (4, 2, 3): for one weight per sample give it shape (4, 1, 1)");
  CHECK(message([&] { MeanSquaredError()(images, images, {{1}}); }) ==
        where + "(1, 1), which does not fit values of shape (4, 2, 3)");
  CHECK(MeanSquaredError({.reduction = "none"})(images, images, Tensor::ones({2, 3})).shape() ==
        Shape{4, 2, 3});
}

TEST_CASE("one weight in a list is for one sample", "[losses]") {
  const std::string where = "[mean_squared_error] sample_weight has shape ";
  for (const Tensor& weight : {Tensor{3}, Tensor{{3}}}) {
    const auto weighted = [&](int samples) {
      const Tensor t = Tensor::zeros({samples, 4}), p = Tensor::ones({samples, 4});
      return MeanSquaredError()(t, p, weight).item();
    };
    CHECK(weighted(1) == 3);
    CHECK(message([&] { weighted(2); }) ==
          concat(where, weight.shape(), ", which does not fit values of shape (2,)"));
  }
}

TEST_CASE("the rank rule holds for one sample as for many", "[losses]") {
  for (int n : {1, 2, 3}) {
    const Tensor row = Tensor::full({n}, 0.25f), column = Tensor::ones({n, 1});
    for (const char* name : same_shape_losses) {
      INFO(name << ", " << n << " samples");
      const LossHandle loss = name;
      CHECK(loss(row, column) == loss(row.reshaped({n, 1}), column));
      CHECK(loss(column, row) == loss(column, row.reshaped({n, 1})));
      loss->check_labels(row, {n, 1});
    }
    CHECK(mean_squared_error(row, column).shape() == Shape{n});
    CHECK(LossHandle(mean_squared_error)(row, column, column).item() == 0.5625f);
  }
}

TEST_CASE("a loss of the user's must give values per sample", "[losses]") {
  const auto values = [](const LossHandle& loss, const Shape& shape) {
    const Tensor t = Tensor::zeros(shape), p = Tensor::ones(shape);
    return loss(t, p);
  };
  const LossHandle over_samples = [](Node t, Node p) { return ops::mean(ops::abs(t - p), 0); };
  CHECK(message([&] {
          values(over_samples, {4, 3});
        }) ==
        "[loss] the loss gave values of shape (3,) for y_pred of shape (4, 3), wanted one for each "
        "of the 4 samples, or a single one");
  CHECK(message([&] {
          values(over_samples, {1, 3});
        }) ==
        "[loss] the loss gave values of shape (3,) for y_pred of shape (1, 3), wanted one for each "
        "of the 1 samples, or a single one");
  const LossHandle named = LossFunctionWrapper(
      [](Node, Node p) {
        return ops::reshape(p, {2, 6});
      },
      {.name = "mine"});
  CHECK(message([&] {
          values(named, {4, 3});
        }) ==
        "[mine] the loss gave values of shape (2, 6) for y_pred of shape (4, 3), wanted one for "
        "each of the 4 samples, or a single one");

  // a value for each sample, for each element, and for all
  CHECK(values([](Node t, Node p) { return ops::mean(ops::abs(t - p), -1); }, {4, 3}).item() == 1);
  CHECK(values([](Node t, Node p) { return ops::abs(t - p); }, {4, 3}).item() == 1);
  CHECK(values([](Node t, Node p) { return ops::mean(ops::abs(t - p)); }, {4, 3}).item() == 1);
  // The library's own may be told to sum over the batch.
  CHECK(values(CosineSimilarity({.axis = 0}), {4, 3}).shape() == Shape{});
}

}  // namespace keratin
