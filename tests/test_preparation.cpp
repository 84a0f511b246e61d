// Splits, labels, norms and windows, compared with Keras and scikit-learn's rules.

#include <cmath>
#include <keratin/dataset.hpp>
#include <keratin/ops.hpp>
#include <keratin/preparation.hpp>
#include <limits>
#include <set>

#include "support/catch.hpp"
#include "support/datasets.hpp"
#include "support/golden.hpp"

using namespace keratin;
using test::refusal;

namespace {

std::vector<float> values(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

void check_close(const Tensor& got, const Tensor& wanted, float tolerance) {
  CHECK(got.shape() == wanted.shape());
  REQUIRE(got.size() == wanted.size());
  float worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float size = std::max(1.0f, std::abs(wanted.data()[i]));
    worst = std::max(worst, std::abs(got.data()[i] - wanted.data()[i]) / size);
  }
  CHECK(worst <= tolerance);
}

std::vector<test::GoldenCase> cases(const std::string& function) {
  std::vector<test::GoldenCase> all;
  for (auto& each : test::read_golden("data"))
    if (each.text("fn") == function) all.push_back(each);
  REQUIRE(!all.empty());
  return all;
}

}  // namespace

TEST_CASE("normalize is Keras's", "[preparation]") {
  for (const auto& golden : cases("normalize")) {
    INFO(golden.name);
    const double order = golden.text("order") == "inf" ? INFINITY : golden.number("order");
    check_close(utils::normalize(golden.tensor("x"), golden.integer("axis"), order),
                golden.tensor("y"), 1e-6f);
  }
  CHECK(values(utils::normalize(Tensor{{3, 6}, {4, 8}}, 0)) ==
        std::vector<float>{0.6f, 0.6f, 0.8f, 0.8f});
  CHECK(refusal([] { utils::normalize(Tensor{1, 2}, 1); }).starts_with("[normalize] "));
}

TEST_CASE("to_categorical is Keras's", "[preparation]") {
  for (const auto& golden : cases("to_categorical")) {
    INFO(golden.name);
    const Tensor one_hot = utils::to_categorical(golden.tensor("x"), golden.integer("num_classes"));
    CHECK(one_hot == golden.tensor("y"));
  }
  CHECK(utils::to_categorical(std::vector<std::int32_t>{1, 0}).shape() == Shape{2, 2});
  CHECK(refusal([] {
          utils::to_categorical(Tensor{0, 3}, 3);
        }) == "[to_categorical] label 1 is 3, wanted a whole number from 0 to 2");
  CHECK(refusal([] {
          utils::to_categorical(Tensor{0, -1});
        }) == "[to_categorical] label 1 is -1, wanted a whole number of 0 or more");
  CHECK(refusal([] { utils::to_categorical(Tensor{0.5}, 3); }) ==
        "[to_categorical] label 0 is 0.5, wanted a whole number from 0 to 2");
  CHECK(refusal([] { utils::to_categorical(Tensor{NAN}, 3); }) ==
        "[to_categorical] label 0 is nan, wanted a whole number from 0 to 2");
}

TEST_CASE("compute_class_weight is scikit-learn's balanced one", "[preparation]") {
  // sklearn.utils.class_weight's example: n_samples / (n_classes * np.bincount(y))
  const std::map<int, double> weights = utils::compute_class_weight(Tensor{1, 1, 1, 1, 0, 0});
  CHECK(weights == std::map<int, double>{{0, 1.5}, {1, 0.75}});
  CHECK(utils::compute_class_weight(Tensor{{0, 1}, {0, 1}, {1, 0}}) ==
        std::map<int, double>{{0, 1.5}, {1, 0.75}});
  CHECK(refusal([] { utils::compute_class_weight(Tensor{0.5}); }) ==
        "[compute_class_weight] label 0 is 0.5, wanted a whole number");
}

TEST_CASE("tensors are concatenated along any axis", "[preparation]") {
  const Tensor a = {{1, 2}, {3, 4}}, b = {{5}, {6}};
  CHECK(ops::concatenate({a, b}, -1) == Tensor{{1, 2, 5}, {3, 4, 6}});
  CHECK(ops::concatenate({a, a}, 0).shape() == Shape{4, 2});
  const std::vector<Tensor> many = {b, a, b};
  CHECK(ops::concatenate(many) == Tensor{{5, 1, 2, 5}, {6, 3, 4, 6}});
  CHECK(refusal([&] {
          ops::concatenate({a, b}, 0);
        }) == "[concatenate] shapes (2, 2) and (2, 1) differ beside axis 0");
}

TEST_CASE("train_test_split divides rows", "[preparation]") {
  Tensor x = Tensor::zeros({103, 2}), y = Tensor::zeros({103});
  for (int i = 0; i < 103; ++i) {
    x.data()[2 * i] = y.data()[i] = static_cast<float>(i);
    x.data()[2 * i + 1] = static_cast<float>(-i);
  }
  const auto split = utils::train_test_split(x, y, {.test_size = 0.25, .seed = 3});
  CHECK(split.x_test.shape() == Shape{26, 2});  // rounded up
  CHECK(split.x_train.shape() == Shape{77, 2});
  std::multiset<float> rows;
  for (const auto& [part_x, part_y] :
       {std::pair(split.x_train, split.y_train), {split.x_test, split.y_test}})
    for (std::size_t i = 0; i < part_y.size(); ++i) {
      rows.insert(part_y.data()[i]);
      CHECK(part_x.data()[2 * i] == part_y.data()[i]);
      CHECK(part_x.data()[2 * i + 1] == -part_y.data()[i]);
    }
  CHECK(rows == std::multiset<float>(y.values().begin(), y.values().end()));
  CHECK(split.y_test == utils::train_test_split(x, y, {.seed = 3}).y_test);
  CHECK(!(split.y_test == utils::train_test_split(x, y, {.seed = 4}).y_test));
  CHECK(utils::train_test_split(x, y, {.test_size = 3, .shuffle = false}).y_test ==
        Tensor{100, 101, 102});

  const std::vector<std::uint8_t> bytes(103, 7);
  const auto kept = utils::train_test_split(x, bytes, {.test_size = 10});
  CHECK(kept.y_test.dtype() == DType::uint8);
  CHECK(kept.x_test.shape() == Shape{10, 2});
}

TEST_CASE("a stratified split keeps the classes' shares", "[preparation]") {
  Tensor x = Tensor::zeros({100, 1}), y = Tensor::zeros({100});
  for (int i = 0; i < 100; ++i) y.data()[i] = i < 70 ? 0.0f : i < 90 ? 1.0f : 2.0f;
  const auto counts = [](const Tensor& labels) {
    std::map<float, int> all;
    for (float label : labels.values()) ++all[label];
    return all;
  };
  const auto split = utils::train_test_split(x, y, {.test_size = 0.3, .stratify = true});
  CHECK(counts(split.y_test) == std::map<float, int>{{0, 21}, {1, 6}, {2, 3}});
  const auto odd = utils::train_test_split(x, y, {.test_size = 26, .seed = 1, .stratify = y});
  CHECK(counts(odd.y_test) == std::map<float, int>{{0, 18}, {1, 5}, {2, 3}});  // 18.2, 5.2, 2.6
  const Tensor one_hot = utils::to_categorical(y);
  CHECK(counts(utils::train_test_split(x, y, {.test_size = 10, .stratify = one_hot}).y_test) ==
        std::map<float, int>{{0, 7}, {1, 2}, {2, 1}});

  CHECK(refusal([&] { utils::train_test_split(x, Tensor{1}); }) ==
        "[train_test_split] x has 100 rows, y has 1");
  CHECK(refusal([&] { utils::train_test_split(x, y, {.test_size = 1.5}); }) ==
        "[train_test_split] test_size is 1.5, wanted a fraction above 0 and below 1 or a number of "
        "rows");
  CHECK(refusal([&] { utils::train_test_split(x, y, {.test_size = 100}); }) ==
        "[train_test_split] test_size 100 of 100 rows leaves none to train on");
  CHECK(refusal([&] { utils::train_test_split(x, y, {.stratify = true, .shuffle = false}); }) ==
        "[train_test_split] stratify needs shuffle");
  CHECK(refusal([&] { utils::train_test_split(x, y, {.test_size = 2, .stratify = true}); }) ==
        "[train_test_split] a split into 98 and 2 rows cannot be stratified by 3 classes");
  y.data()[0] = 3;
  CHECK(refusal([&] { utils::train_test_split(x, y, {.stratify = true}); }) ==
        "[train_test_split] class 3 has one row only, so that it cannot be in both parts");
}

TEST_CASE("split_dataset divides a Dataset as Keras does", "[preparation]") {
  const Dataset data = Dataset::from_tensor_slices(test::range(10));
  const auto sizes = [&](const utils::SplitDatasetOptions& options) {
    const auto [left, right] = utils::split_dataset(data, options);
    return std::pair(test::numbers(left).size(), test::numbers(right).size());
  };
  using Sizes = std::pair<std::size_t, std::size_t>;
  CHECK(sizes({.left_size = 0.8}) == Sizes{8, 2});
  CHECK(sizes({.left_size = 0.25}) == Sizes{2, 8});  // round(2.5) is 2
  CHECK(sizes({.right_size = 3}) == Sizes{7, 3});
  CHECK(sizes({.left_size = 4, .right_size = 0.5}) == Sizes{4, 5});
  const auto [left, right] =
      utils::split_dataset(data, {.left_size = 6, .shuffle = true, .seed = 5});
  std::vector<float> all = test::numbers(left), rest = test::numbers(right);
  CHECK(all != std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(all == test::numbers(left));
  all.insert(all.end(), rest.begin(), rest.end());
  std::sort(all.begin(), all.end());
  CHECK(all == test::range(10));
  const auto [head, tail] =
      utils::split_dataset(Dataset::from_generator(test::counting(5)), {.left_size = 2});
  CHECK(test::numbers(tail) == std::vector<float>{2, 3, 4});

  CHECK(refusal([&] { utils::split_dataset(data.batch(2), {.left_size = 2}); }) ==
        "[split_dataset] the dataset consists of batches: split it before batch()");
  CHECK(refusal([&] {
          utils::split_dataset(data.shuffle({.buffer_size = 9}), {.left_size = 2});
        }).starts_with("[split_dataset] the dataset is shuffled"));
  CHECK(refusal([&] { utils::split_dataset(data, {.left_size = 10}); }) ==
        "[split_dataset] left_size is 10, wanted 1 or more and less than the 10 elements");
  CHECK(refusal([&] { utils::split_dataset(data, {.left_size = 6, .right_size = 5}); }) ==
        "[split_dataset] parts of 6 and 5 elements of 10: wanted 1 or more each, and together no "
        "more than all");
}

TEST_CASE("timeseries_dataset_from_array gives Keras's windows", "[preparation]") {
  for (const auto& golden : cases("timeseries")) {
    INFO(golden.name);
    const Tensor& data = golden.tensor("data");
    const Tensor targets = golden.tensor_or_none("targets");
    utils::TimeseriesOptions options;
    options.sequence_stride = golden.integer("sequence_stride", 1);
    options.sampling_rate = golden.integer("sampling_rate", 1);
    if (golden.has("batch_size")) {
      options.batch_size.reset();
      if (golden.text("batch_size") != "none") options.batch_size = golden.integer("batch_size");
    }
    if (golden.has("start_index")) options.start_index = golden.integer("start_index");
    if (golden.has("end_index")) options.end_index = golden.integer("end_index");
    const Dataset windows = utils::timeseries_dataset_from_array(
        data, targets, golden.integer("sequence_length"), options);
    std::vector<float> x, y;
    Dataset::Iterator iterator = windows.iterator();
    int batches = 0;
    for (Batch batch; iterator.next(batch); ++batches) {
      x.insert(x.end(), batch.x.values().begin(), batch.x.values().end());
      y.insert(y.end(), batch.y.values().begin(), batch.y.values().end());
      const std::size_t rank = options.batch_size ? 3 : 2;
      CHECK(batch.x.shape().size() == rank);
    }
    CHECK(batches == golden.integer("batches"));
    CHECK(windows.size() == static_cast<std::size_t>(batches));
    CHECK(x == values(golden.tensor("x")));
    CHECK(y == values(golden.tensor_or_none("y")));
  }
  const Tensor data = Tensor::zeros({10, 1});
  CHECK(refusal([&] { utils::timeseries_dataset_from_array(data, {}, 11); }) ==
        "[timeseries_dataset_from_array] a window of 11 values 1 steps apart is longer than the 10 "
        "steps there are");
  CHECK(refusal([&] {
          utils::timeseries_dataset_from_array(data, {}, 3, {.start_index = 5, .end_index = 5});
        }) ==
        "[timeseries_dataset_from_array] start_index is 5, wanted less than end_index, which "
        "is 5");
  CHECK(refusal([&] { utils::timeseries_dataset_from_array(data, {}, 3, {.sampling_rate = 0}); }) ==
        "[timeseries_dataset_from_array] sampling_rate is 0, wanted 1 or more and less than the 10 "
        "steps of data");
  std::vector<float> first, again;
  const auto shuffled = [&] {
    return test::numbers(utils::timeseries_dataset_from_array(test::range(100), {}, 3,
                                                              {.shuffle = true, .seed = 2}));
  };
  CHECK(shuffled() == shuffled());
  CHECK(shuffled() != test::numbers(utils::timeseries_dataset_from_array(test::range(100), {}, 3)));
}
