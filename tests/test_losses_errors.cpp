// What losses refuse, and in which words.
#include <cstdint>
#include <limits>
#include <vector>

#include "keratin/losses.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using namespace losses;
using test::message;

const Tensor three_by_ten = Tensor::full({3, 10}, 0.1f);

}  // namespace

TEST_CASE("unknown names are answered with those there are", "[losses]") {
  const std::string known =
      "mean_squared_error, mean_absolute_error, mean_absolute_percentage_error, "
      "mean_squared_logarithmic_error, cosine_similarity, huber, log_cosh, poisson, "
      "kl_divergence, binary_crossentropy, binary_focal_crossentropy, categorical_crossentropy, "
      "categorical_focal_crossentropy, sparse_categorical_crossentropy, hinge, squared_hinge, "
      "categorical_hinge, dice, tversky";
  for (const char* name : {"nope", "", "Mse", "logcosh", "cosine", "kullback_leibler_divergence",
                           "huber_loss", "crossentropy"}) {
    const std::string wanted =
        std::string("[loss] there is no loss '") + name + "' among: " + known;
    CHECK(message([&] { losses::get(name); }) == wanted);
    CHECK(message([&] { LossHandle{name}; }) == wanted);
  }
  CHECK(message([] { MeanSquaredError({.reduction = "average"}); }) ==
        "[reduction] there is no reduction 'average' among: sum_over_batch_size, auto, mean, sum, "
        "mean_with_sample_weight, none");
  CHECK(message([] { LossHandle()({1}, {1}); }) ==
        "[loss] there is no loss: a default-constructed one cannot be called");
  Node (*null)(Node, Node) = nullptr;
  CHECK(message([&] { LossHandle{null}; }) == "[loss] the function is empty");
  CHECK(message([] { LossHandle{LossFunctionWrapper::Function()}; }) ==
        "[loss] the function is empty");
  CHECK(message([] { LossHandle{std::shared_ptr<MeanSquaredError>()}; }) ==
        "[loss] got a null pointer");
}

TEST_CASE("shapes that would broadcast, or fit nothing, are refused", "[losses]") {
  const Tensor three = {1, 2, 3};
  for (const char* name :
       {"mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error", "cosine_similarity", "huber", "log_cosh", "poisson",
        "kl_divergence", "hinge", "squared_hinge", "categorical_hinge", "binary_crossentropy",
        "binary_focal_crossentropy", "categorical_focal_crossentropy", "dice", "tversky"}) {
    const std::string where = std::string("[") + name + "] ";
    const LossHandle loss = name;
    CHECK(message([&] {
            loss({{1, 2, 3}, {4, 5, 7}}, {{1}, {2}});
          }) == where + "y_true has shape (2, 3), y_pred (2, 1): the same shape was wanted");
    CHECK(message([&] { loss(three, three_by_ten); }) ==
          where + "y_true has shape (3,), y_pred (3, 10): the same shape was wanted");
    CHECK(message([&] { loss(three_by_ten, three); }) ==
          where + "y_true has shape (3, 10), y_pred (3,): the same shape was wanted");
    CHECK(message([&] {
            loss({{1}, {2}}, three);
          }) == where + "y_true has shape (2, 1), y_pred (3,): the same shape was wanted");
    CHECK(message([&] {
            loss(three, {1, 2});
          }) == where + "y_true has shape (3,), y_pred (2,): the same shape was wanted");
    CHECK(message([&] {
            loss->check_labels(three, {3, 10});
          }) == where + "y_true has shape (3,), y_pred (3, 10): the same shape was wanted");
    loss->check_labels(three, {3, 1});
  }
  CHECK(message([] { huber(Tensor{1}, Tensor{1}, {.delta = -1}); }) ==
        "[huber] delta is -1, wanted 0 or more");
  CHECK(message([] {
          categorical_focal_crossentropy({{1, 0, 0}}, {{.5, .5, 0}}, {.alpha = {.5, .5}});
        }) == "[categorical_focal_crossentropy] alpha has 2 values for 3 classes");
  CHECK(message([] {
          categorical_crossentropy({{1, 0}}, {{.5, .5}}, {.axis = 2});
        }) == "[categorical_crossentropy] axis 2 is not one of the 2 axes of shape (1, 2)");
}

TEST_CASE("labels of the other kind get a hint", "[losses]") {
  const std::string ids =
      ": the same shape was wanted (class ids? sparse_categorical_crossentropy takes them)";
  const LossHandle categorical = "categorical_crossentropy";
  const LossHandle sparse = "sparse_categorical_crossentropy";
  CHECK(message([&] {
          categorical({1, 2, 3}, three_by_ten);
        }) == "[categorical_crossentropy] y_true has shape (3,), y_pred (3, 10)" + ids);
  CHECK(message([&] {
          categorical({{1}, {2}, {3}}, three_by_ten);
        }) == "[categorical_crossentropy] y_true has shape (3, 1), y_pred (3, 10)" + ids);
  CHECK(message([&] {
          categorical->check_labels(std::vector<int>{1, 2, 3}, {3, 10});
        }) == "[categorical_crossentropy] y_true has shape (3,), y_pred (3, 10)" + ids);
  CHECK(message([&] {
          categorical(Tensor::ones({3, 9}), three_by_ten);
        }) ==
        "[categorical_crossentropy] y_true has shape (3, 9), y_pred (3, 10): the same shape was "
        "wanted");

  const std::string one_hot =
      ": class ids of shape (3,) or (3, 1) were wanted (one-hot labels? categorical_crossentropy "
      "takes them)";
  CHECK(message([&] { sparse(three_by_ten, three_by_ten); }) ==
        "[sparse_categorical_crossentropy] y_true has shape (3, 10), y_pred (3, 10)" + one_hot);
  CHECK(message([&] {
          sparse->check_labels(three_by_ten, {3, 10});
        }) ==
        "[sparse_categorical_crossentropy] y_true has shape (3, 10), y_pred (3, 10)" + one_hot);
  CHECK(message([&] {
          sparse({1, 2}, three_by_ten);
        }) ==
        "[sparse_categorical_crossentropy] y_true has shape (2,), y_pred (3, 10): class ids of "
        "shape (3,) or (3, 1) were wanted");
}

TEST_CASE("class ids outside the classes are named", "[losses]") {
  const LossHandle sparse = "sparse_categorical_crossentropy";
  const SparseCategoricalCrossentropy ignoring({.ignore_class = -1});
  const std::string prefix = "[sparse_categorical_crossentropy] label ";
  CHECK(message([&] {
          sparse({1, 10, 2}, three_by_ten);
        }) == prefix + "10 in row 1 is not one of the 10 classes 0 to 9");
  CHECK(message([&] {
          sparse({1, 9, -1}, three_by_ten);
        }) == prefix + "-1 in row 2 is not one of the 10 classes 0 to 9");
  CHECK(message([&] {
          sparse({{0, 1}, {1, 7}}, Tensor::ones({2, 2, 3}));
        }) == prefix + "7 in row 1 is not one of the 3 classes 0 to 2");
  CHECK(message([&] {
          ignoring({-1, -1, 10}, three_by_ten);
        }) == prefix + "10 in row 2 is not one of the 10 classes 0 to 9");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(message([&] {
          sparse({1, nan, 2}, three_by_ten);
        }) == prefix + "nan in row 1 is not one of the 10 classes 0 to 9");

  CHECK(message([&] {
          sparse->check_labels(std::vector<std::int64_t>{1, 2, 10}, {3, 10});
        }) == prefix + "10 in row 2 is not one of the 10 classes 0 to 9");
  CHECK(message([&] {
          sparse->check_labels(std::vector<float>{1, 2.5f, 10}, {3, 10});
        }) == prefix + "2.5 in row 1 is not an integer");
  CHECK(message([&] {
          sparse->check_labels(Tensor{{0, 1}, {1, 7}}, {2, 2, 3});
        }) == prefix + "7 in row 1 is not one of the 3 classes 0 to 2");
  CHECK(message([&] {
          ignoring.check_labels(std::vector<std::int32_t>{-1, 2, -2}, {3, 10});
        }) == prefix + "-2 in row 2 is not one of the 10 classes 0 to 9");
  ignoring.check_labels(std::vector<std::int32_t>{-1, 2, 9}, {3, 10});
  sparse->check_labels(std::vector<std::uint8_t>{0, 2, 9}, {3, 10});
  LossFunctionWrapper([](Node, Node p) {
    return p;
  }).check_labels(std::vector<float>{-7}, {1, 3});  // a user's own may take anything
}

TEST_CASE("weights that do not fit are refused", "[losses]") {
  const Tensor t = Tensor::zeros({3, 10});
  const auto weighted = [&](const Tensor& y, const Tensor& weight) {
    return message([&] { MeanSquaredError()(y, y, weight); });
  };
  const std::string where = "[mean_squared_error] sample_weight has shape ";
  CHECK(weighted(t, {1, 2}) == where + "(2,), which does not fit values of shape (3,)");
  CHECK(weighted(t, {1, 2, 3, 4}) == where + "(4,), which does not fit values of shape (3,)");
  CHECK(weighted(t, {1}) == where + "(1,), which does not fit values of shape (3,)");
  CHECK(weighted(t, {{1}}) == where + "(1, 1), which does not fit values of shape (3,)");
  CHECK(weighted(t, {{1}, {2}}) == where + "(2, 1), which does not fit values of shape (3,)");
  CHECK(weighted(t, three_by_ten) == where + "(3, 10), which does not fit values of shape (3,)");
  const Tensor places = Tensor::zeros({2, 3, 4}), square = Tensor::zeros({3, 3, 4});
  CHECK(weighted(places, {1, 2}) ==
        where + "(2,), the values (2, 3): for one weight per sample give it shape (2, 1)");
  CHECK(weighted(square, {1, 2, 3}) == where +
                                           "(3,), the values (3, 3): that can be meant in two "
                                           "ways, for one weight per sample give it shape (3, 1)");
  CHECK(weighted(Tensor::zeros({3}), {1, 2}) ==
        where + "(2,), wanted one weight for each of the 3 samples of y_pred");
  CHECK(
      message([&] {
        Dice()(t, t, {1, 2});
      }) ==
      "[dice] sample_weight has shape (2,), wanted one weight for each of the 3 samples of y_pred");
}

}  // namespace keratin
