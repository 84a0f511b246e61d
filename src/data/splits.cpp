// utils::train_test_split and split_dataset.

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <vector>

#include "data/labels.hpp"
#include "keratin/check.hpp"
#include "keratin/preparation.hpp"

namespace keratin::utils {

namespace {

constexpr const char* where_split = "train_test_split";

using RowNumbers = std::vector<std::uint32_t>;

random::Generator generator_of(const std::optional<std::uint64_t>& seed) {
  return seed ? random::Generator(*seed) : random::Generator(random::next_stream());
}

void shuffle(RowNumbers& rows, random::Generator& generator) {
  for (std::size_t i = rows.size(); i > 1; --i)
    std::swap(rows[i - 1], rows[generator.bounded(static_cast<std::uint32_t>(i))]);
}

// scikit-learn's: a fraction is rounded up.
std::size_t test_rows(double test_size, std::size_t rows) {
  const bool fraction = test_size > 0 && test_size < 1;
  check(fraction || (test_size >= 1 && test_size == std::floor(test_size)), where_split,
        "test_size is ", test_size, ", wanted a fraction above 0 and below 1 or a number of rows");
  const double count = fraction ? std::ceil(test_size * static_cast<double>(rows)) : test_size;
  check(count < static_cast<double>(rows), where_split, "test_size ", test_size, " of ", rows,
        " rows leaves none to train on");
  return static_cast<std::size_t>(count);
}

struct Split {
  RowNumbers train, test;
};

Split split_at(const RowNumbers& rows, std::size_t test) {
  const auto middle = rows.end() - static_cast<std::ptrdiff_t>(test);
  return {{rows.begin(), middle}, {middle, rows.end()}};
}

// How many of `sizes` rows each go to the test set, `test` in all: shares rounded down, and one
// more for those with the largest remainders.
std::vector<std::size_t> shares(const std::vector<std::size_t>& sizes, std::size_t test) {
  const std::size_t rows = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  std::vector<std::size_t> counts, order(sizes.size());
  std::vector<double> remainders;
  std::size_t given = 0;
  for (std::size_t size : sizes) {
    const double share =
        static_cast<double>(test) * static_cast<double>(size) / static_cast<double>(rows);
    counts.push_back(static_cast<std::size_t>(share));
    remainders.push_back(share - std::floor(share));
    given += counts.back();
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; given < test; ++i, ++given) ++counts[order[i]];
  return counts;
}

Split stratified(const ArrayView& labels, std::size_t test, random::Generator& generator) {
  std::map<long, RowNumbers> classes;
  const std::vector<long> ids = class_ids(where_split, labels);
  for (std::size_t row = 0; row < ids.size(); ++row)
    classes[ids[row]].push_back(static_cast<std::uint32_t>(row));
  check(test >= classes.size() && ids.size() - test >= classes.size(), where_split, "a split into ",
        ids.size() - test, " and ", test, " rows cannot be stratified by ", classes.size(),
        " classes");
  std::vector<std::size_t> sizes;
  for (const auto& [id, rows] : classes) {
    check(rows.size() > 1, where_split, "class ", id,
          " has one row only, so that it cannot be in both "
          "parts");
    sizes.push_back(rows.size());
  }
  const std::vector<std::size_t> counts = shares(sizes, test);
  Split all;
  auto count = counts.begin();
  for (auto& [id, rows] : classes) {
    shuffle(rows, generator);
    const Split part = split_at(rows, *count++);
    all.train.insert(all.train.end(), part.train.begin(), part.train.end());
    all.test.insert(all.test.end(), part.test.begin(), part.test.end());
  }
  shuffle(all.train, generator);
  shuffle(all.test, generator);
  return all;
}

Split split(const ArrayView& x, const ArrayView& y, const TrainTestSplitOptions& options) {
  check(x.given() && x.rows() > 0, where_split, "x holds no samples");
  check(x.rows() == y.rows(), where_split, "x has ", x.rows(), " rows, y has ", y.rows());
  check(x.rows() <= UINT32_MAX, where_split, "x has ", x.rows(), " rows, wanted at most ",
        UINT32_MAX);
  const std::size_t test = test_rows(options.test_size, x.rows());
  const ArrayView& labels = options.stratify.labels(y);
  check(!labels.given() || labels.rows() == x.rows(), where_split, "stratify has ", labels.rows(),
        " rows, x has ", x.rows());
  check(!labels.given() || options.shuffle, where_split, "stratify needs shuffle");
  random::Generator generator = generator_of(options.seed);
  if (labels.given()) return stratified(labels, test, generator);
  RowNumbers rows(x.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  if (options.shuffle) shuffle(rows, generator);
  return split_at(rows, test);
}

Tensor copy(const Tensor& from, const RowNumbers& rows) {
  Tensor out;
  ArrayView(from).gather(rows, out);
  return out;
}

template <class T>
Array copy_values(const ArrayView& from, const RowNumbers& rows) {
  const std::size_t width = from.row_size();
  const T* data = static_cast<const T*>(from.data());
  std::vector<T> values;
  values.reserve(rows.size() * width);
  for (std::uint32_t row : rows)
    values.insert(values.end(), data + row * width, data + (row + 1) * width);
  return Array(from.shape().without_batch().with_batch(rows.size()), std::move(values));
}

Array copy(const ArrayView& from, const RowNumbers& rows) {
  switch (from.dtype()) {
    case DType::uint8: return copy_values<std::uint8_t>(from, rows);
    case DType::int32: return copy_values<std::int32_t>(from, rows);
    case DType::int64: return copy_values<std::int64_t>(from, rows);
    case DType::float32: return copy_values<float>(from, rows);
    default: return copy_values<double>(from, rows);
  }
}

}  // namespace

TrainTestSplit<Tensor> train_test_split(const Tensor& x, const Tensor& y,
                                        const TrainTestSplitOptions& options) {
  const Split rows = split(x, y, options);
  return {copy(x, rows.train), copy(x, rows.test), copy(y, rows.train), copy(y, rows.test)};
}

TrainTestSplit<Array> train_test_split(const ArrayView& x, const ArrayView& y,
                                       const TrainTestSplitOptions& options) {
  const Split rows = split(x, y, options);
  return {copy(x, rows.train), copy(x, rows.test), copy(y, rows.train), copy(y, rows.test)};
}

namespace {

constexpr const char* split_where = "split_dataset";

std::size_t counted(const Dataset& data) {
  if (const std::optional<std::size_t> size = data.size()) return *size;
  std::size_t count = 0;
  Dataset::Iterator iterator = data.iterator();
  for (Batch sample; iterator.next(sample);) ++count;
  return count;
}

// A side's number of elements as Keras rounds it (half to even), if it is given.
std::optional<long long> side(const char* name, const std::optional<SplitSize>& size,
                              std::size_t total) {
  if (!size) return std::nullopt;
  const auto all = static_cast<long long>(total);
  if (size->count) {
    check(*size->count > 0 && *size->count < all, split_where, name, " is ", *size->count,
          ", wanted 1 or more and less than the ", all, " elements");
    return *size->count;
  }
  check(*size->fraction > 0 && *size->fraction < 1, split_where, name, " is ", *size->fraction,
        ", wanted a fraction above 0 and below 1, or an integer");
  return static_cast<long long>(std::nearbyint(*size->fraction * static_cast<double>(total)));
}

}  // namespace

std::pair<Dataset, Dataset> split_dataset(const Dataset& data, const SplitDatasetOptions& options) {
  check(!data.infinite(), split_where, "the dataset has no end");
  check(!data.batched(), split_where, "the dataset consists of batches: split it before batch()");
  check(data.iterator().position().shuffles.empty(), split_where,
        "the dataset is shuffled, so that each pass would divide it in another way: split it "
        "before shuffle(), or use the option shuffle");
  check(options.left_size || options.right_size, split_where,
        "neither left_size nor right_size is given");
  const std::size_t total = counted(data);
  const auto all = static_cast<long long>(total);
  std::optional<long long> left = side("left_size", options.left_size, total);
  std::optional<long long> right = side("right_size", options.right_size, total);
  if (!left) left = all - *right;
  if (!right) right = all - *left;
  check(*left > 0 && *right > 0 && *left + *right <= all, split_where, "parts of ", *left, " and ",
        *right, " elements of ", all, ": wanted 1 or more each, and together no more than all");
  Dataset ordered = data;
  if (options.shuffle) {
    const std::uint64_t seed = options.seed.value_or(generator_of({}).uint32());
    ordered = data.shuffle({.buffer_size = total, .seed = seed, .reshuffle_each_iteration = false});
  }
  return {ordered.take(*left), ordered.skip(*left).take(*right)};
}

}  // namespace keratin::utils
