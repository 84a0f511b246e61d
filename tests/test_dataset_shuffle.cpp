// Dataset::shuffle: permutations, bounded by the buffer, and which passes have which order.

#include <algorithm>
#include <keratin/dataset.hpp>
#include <map>
#include <set>

#include "support/catch.hpp"
#include "support/datasets.hpp"

using namespace keratin;
using test::numbers;

namespace {

using Numbers = std::vector<float>;

Numbers sorted(Numbers numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Numbers permuted(random::Stream stream, std::size_t size) {
  std::vector<std::uint32_t> order(size);
  random::Generator(stream).permutation(order);
  return Numbers(order.begin(), order.end());
}

}  // namespace

TEST_CASE("every element comes once, whatever the buffer and the source", "[dataset]") {
  utils::set_random_seed(1);
  for (std::size_t size : {1, 2, 50, 300}) {
    const Numbers x = test::range(size);
    for (const Dataset& dataset :
         {Dataset::from_tensor_slices(x), Dataset::from_tensor_slices(x).map([](Batch&) {}),
          Dataset::from_generator(test::counting(size))})
      for (long buffer : {1L, 2L, 7L, 49L, 50L, 51L, 1000L, 1L << 40}) {
        const Dataset shuffled = dataset.shuffle({.buffer_size = buffer});
        CHECK(sorted(numbers(shuffled)) == x);
        CHECK(sorted(numbers(shuffled.batch(7))) == x);
      }
  }
}

TEST_CASE("an element comes at most a buffer early, and a buffer of one changes nothing",
          "[dataset]") {
  const Numbers x = test::range(500);
  const Dataset dataset = Dataset::from_tensor_slices(x);
  CHECK(numbers(dataset.shuffle({.buffer_size = 1})) == x);
  const Numbers order = numbers(dataset.shuffle({.buffer_size = 10, .seed = 3}));
  float latest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    CHECK(order[i] <= static_cast<float>(i + 9));
    latest = std::max(latest, static_cast<float>(i) - order[i]);
  }
  CHECK(order != x);
  CHECK(latest > 10);  // while late it may come by any number
}

TEST_CASE("a full shuffle gives all orders equally often", "[dataset]") {
  utils::set_random_seed(5);
  const Numbers x = test::range(3);
  for (const Dataset& dataset :
       {Dataset::from_tensor_slices(x), Dataset::from_generator(test::counting(3))}) {
    const Dataset shuffled = dataset.shuffle({.buffer_size = 3});
    std::map<Numbers, int> counts;
    for (int pass = 0; pass < 6000; ++pass) ++counts[numbers(shuffled)];
    CHECK(counts.size() == 6);
    for (const auto& [order, count] : counts)
      CHECK(std::abs(count - 1000) < 150);  // 5 standard deviations
  }
}

TEST_CASE("without a seed a pass over all rows has the order of the next random stream",
          "[dataset]") {
  const Numbers x = test::range(100);
  const Dataset dataset = Dataset::from_tensor_slices(x).shuffle({.buffer_size = x.size()});
  for (const Dataset& batches : {dataset, dataset.batch(7), dataset.batch(7).prefetch(2)}) {
    utils::set_random_seed(11);
    const random::Stream first = random::next_stream(), second = random::next_stream();
    utils::set_random_seed(11);
    Dataset::Iterator pass = batches.iterator();
    CHECK(random::state().number == second.number);  // drawn when the pass begins
    CHECK(test::joined(test::read(pass)) == permuted(first, 100));
    CHECK(numbers(batches) == permuted(second, 100));
  }
}

TEST_CASE("with a seed the passes have the same orders in every run", "[dataset]") {
  const Numbers x = test::range(50);
  const auto passes = [&](std::uint64_t seed, long buffer) {
    const Dataset dataset =
        Dataset::from_tensor_slices(x).shuffle({.buffer_size = buffer, .seed = seed});
    return std::vector<Numbers>{numbers(dataset), numbers(dataset.batch(4)), numbers(dataset)};
  };
  for (long buffer : {10, 50}) {
    utils::set_random_seed(1);
    const random::Stream before = random::state();
    const std::vector<Numbers> once = passes(4, buffer);
    CHECK(random::state().number == before.number);
    utils::set_random_seed(2);
    CHECK(passes(4, buffer) == once);
    CHECK(passes(5, buffer) != once);
    CHECK(std::set<Numbers>(once.begin(), once.end()).size() == 3);
  }
  const int seed = 4;
  CHECK(numbers(Dataset::from_tensor_slices(x).shuffle({.buffer_size = 50, .seed = seed})) ==
        passes(4, 50)[0]);
}

TEST_CASE("reshuffle_each_iteration = false keeps the order of the first pass", "[dataset]") {
  const Numbers x = test::range(50);
  for (const std::optional<std::uint64_t> seed : {std::optional<std::uint64_t>(), {7}})
    for (long buffer : {8, 50}) {
      const Dataset dataset = Dataset::from_tensor_slices(x).shuffle(
          {.buffer_size = buffer, .seed = seed, .reshuffle_each_iteration = false});
      const Numbers order = numbers(dataset);
      CHECK(numbers(dataset) == order);
      Numbers twice = order;
      twice.insert(twice.end(), order.begin(), order.end());
      CHECK(numbers(dataset.repeat(2)) == twice);
    }
}

TEST_CASE("repetitions of a shuffle have orders of their own, epoch after epoch", "[dataset]") {
  const Numbers x = test::range(40);
  const Dataset dataset = Dataset::from_tensor_slices(x).shuffle({.buffer_size = 40, .seed = 1});
  const Numbers all = numbers(dataset.repeat(2).repeat(2));
  REQUIRE(all.size() == 160);
  std::set<Numbers> orders;
  for (int i = 0; i < 160; i += 40) {
    const Numbers order(all.begin() + i, all.begin() + i + 40);
    CHECK(sorted(order) == x);
    orders.insert(order);
  }
  CHECK(orders.size() == 4);
  // The first repetition is the pass without repeat; a thread of its own changes nothing.
  const auto fresh = [&] {
    return Dataset::from_tensor_slices(x).shuffle({.buffer_size = 40, .seed = 1});
  };
  CHECK(numbers(fresh()) == Numbers(all.begin(), all.begin() + 40));
  CHECK(numbers(fresh().repeat(2).repeat(2).prefetch(3)) == all);
}

TEST_CASE("a cached shuffle keeps its order, a shuffled cache does not", "[dataset]") {
  const Numbers x = test::range(30);
  for (const Dataset& source :
       {Dataset::from_tensor_slices(x), Dataset::from_tensor_slices(x).map([](Batch&) {})}) {
    const Dataset frozen = source.shuffle({.buffer_size = 30, .seed = 2}).cache();
    const Numbers order = numbers(frozen);
    CHECK(numbers(frozen) == order);
    CHECK(numbers(frozen.repeat(2)) != x);
    const Dataset shuffled = source.cache().shuffle({.buffer_size = 30, .seed = 2});
    CHECK(numbers(shuffled) == order);
    CHECK(numbers(shuffled) != order);
  }
}

TEST_CASE("shuffled batches stay together", "[dataset]") {
  const Numbers x = test::range(20);
  test::Elements batches =
      test::read(Dataset::from_tensor_slices(x).batch(5).shuffle({.buffer_size = 4, .seed = 1}));
  std::sort(batches.begin(), batches.end());
  CHECK(test::joined(batches) == x);
}

TEST_CASE("x, y and sample_weight of a sample stay together", "[dataset]") {
  const Numbers x = test::range(64);
  const std::vector<std::uint8_t> y(64, 3);
  std::vector<double> weights(x.begin(), x.end());
  Dataset::Iterator iterator =
      Dataset::from_tensor_slices(x, y, weights).shuffle({.buffer_size = 64}).batch(10).iterator();
  for (Batch batch; iterator.next(batch);) {
    CHECK(batch.x == batch.sample_weight);
    CHECK(batch.y == Tensor::full(batch.x.shape(), 3));
  }
}
