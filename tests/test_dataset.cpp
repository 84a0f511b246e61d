// Dataset's sources and transformations, by what tf.data's documentation says of them.

#include <keratin/dataset.hpp>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/datasets.hpp"

using namespace keratin;
using test::Elements;
using test::numbers;
using test::read;
using test::refusal;

namespace {

using Numbers = std::vector<float>;

constexpr auto double_x = [](Batch& batch) {
  for (float& value : batch.x.values()) value *= 2;
};

}  // namespace

TEST_CASE("rows of arrays become samples without a batch axis", "[dataset]") {
  const std::vector<std::uint8_t> pixels{1, 2, 3, 4, 5, 6};
  const std::vector<std::int64_t> labels{7, 8, 9};
  const Tensor weights = {0.5f, 1, 2};
  const Dataset dataset =
      Dataset::from_tensor_slices(ArrayView({3, 1, 2}, pixels.data()), labels, weights);
  CHECK(dataset.size() == 3u);
  CHECK_FALSE(dataset.batched());
  Dataset::Iterator iterator = dataset.iterator();
  Batch sample;
  REQUIRE(iterator.next(sample));
  REQUIRE(iterator.next(sample));
  CHECK(sample.x == Tensor{{3, 4}});
  CHECK(sample.y == Tensor(8.0f));
  CHECK(sample.sample_weight == Tensor(1.0f));
  REQUIRE(iterator.next(sample));
  CHECK_FALSE(iterator.next(sample));
  CHECK_FALSE(iterator.next(sample));
}

TEST_CASE("batches of arrays; what is not given stays undefined", "[dataset]") {
  const Numbers x = test::range(8);
  const Dataset dataset = Dataset::from_tensor_slices(x).batch(3);
  CHECK(read(dataset) == Elements{{0, 1, 2}, {3, 4, 5}, {6, 7}});
  CHECK(dataset.size() == 3u);
  CHECK(dataset.batched());
  const Dataset whole = Dataset::from_tensor_slices(x).batch(3, {.drop_remainder = true});
  CHECK(read(whole) == Elements{{0, 1, 2}, {3, 4, 5}});
  CHECK(whole.size() == 2u);
  CHECK(read(Dataset::from_tensor_slices(x).batch(1L << 40)) == Elements{x});
  CHECK(read(Dataset::from_tensor_slices(x).batch(9, {.drop_remainder = true})).empty());

  Batch batch{Tensor::ones({2}), Tensor::ones({2}), Tensor::ones({2})};
  Dataset::Iterator iterator = dataset.iterator();
  REQUIRE(iterator.next(batch));
  CHECK(batch.y.shape() == Shape{0});
  CHECK(batch.sample_weight.shape() == Shape{0});
}

TEST_CASE("a generator that holds its state by value starts afresh in each pass", "[dataset]") {
  const Dataset dataset = Dataset::from_generator(test::counting(4));
  CHECK(numbers(dataset) == Numbers{0, 1, 2, 3});
  CHECK(numbers(dataset) == Numbers{0, 1, 2, 3});
  CHECK_FALSE(dataset.size());
  CHECK_FALSE(dataset.infinite());

  int drawn = 0;
  const Dataset endless = Dataset::from_generator([&](Batch& sample) {
    sample.x = Tensor(static_cast<float>(drawn++));
    return true;
  });
  CHECK(numbers(endless, 3) == Numbers{0, 1, 2});
  CHECK(numbers(endless, 2) == Numbers{3, 4});
}

TEST_CASE("a generator gets an empty sample and is not called after its end", "[dataset]") {
  int calls = 0;
  const Dataset dataset = Dataset::from_generator([&](Batch& sample) {
    CHECK(sample.x.shape() == Shape{0});
    CHECK(sample.y.shape() == Shape{0});
    if (calls == 0) sample.y = Tensor(1.0f);
    sample.x = Tensor(2.0f);
    return ++calls < 3;
  });
  Dataset::Iterator iterator = dataset.iterator();
  Batch sample;
  CHECK(iterator.next(sample));
  CHECK(iterator.next(sample));
  CHECK_FALSE(iterator.next(sample));
  CHECK_FALSE(iterator.next(sample));
  CHECK(calls == 3);
}

TEST_CASE("samples of a generator are stacked", "[dataset]") {
  const Dataset dataset = Dataset::from_generator([i = 0](Batch& sample) mutable {
                            sample.x = Tensor::full({1, 2}, static_cast<float>(i));
                            sample.y = Tensor(static_cast<float>(-i));
                            return i++ < 3;
                          }).batch(2);
  Dataset::Iterator iterator = dataset.iterator();
  Batch batch;
  REQUIRE(iterator.next(batch));
  CHECK(batch.x == Tensor{{{0, 0}}, {{1, 1}}});
  CHECK(batch.y == Tensor{0, -1});
  CHECK(batch.sample_weight.shape() == Shape{0});
  REQUIRE(iterator.next(batch));
  CHECK(batch.x == Tensor{{{2, 2}}});
  CHECK_FALSE(iterator.next(batch));
  CHECK(read(Dataset::from_generator(test::counting(5)).batch(2, {.drop_remainder = true})) ==
        Elements{{0, 1}, {2, 3}});
  CHECK(read(Dataset::from_generator(test::counting(5)).batch(2).batch(2)) ==
        Elements{{0, 1, 2, 3}, {4}});
}

TEST_CASE("elements of different shapes make no batch", "[dataset]") {
  const auto growing = [](bool with_y) {
    return [with_y, i = std::size_t{0}](Batch& sample) mutable {
      sample.x = Tensor::ones({i < 6 ? 4 : 3});
      if (with_y && i != 5) sample.y = Tensor(1.0f);
      ++i;
      return true;
    };
  };
  Batch batch;
  Dataset::Iterator shapes = Dataset::from_generator(growing(false)).batch(4).iterator();
  CHECK(shapes.next(batch));
  const std::string message =
      "[dataset, batch] x of element 6 has shape (3,), that of element 4 in the same batch (4,)";
  CHECK(refusal([&] { shapes.next(batch); }) == message);
  CHECK(refusal([&] { shapes.next(batch); }) == message);
  Dataset::Iterator missing = Dataset::from_generator(growing(true)).skip(3).batch(4).iterator();
  CHECK(refusal([&] { missing.next(batch); }) ==
        "[dataset, batch] x of element 3 has shape (3,), that of element 0 in the same batch (4,)");
  missing = Dataset::from_generator(growing(true)).batch(3).iterator();
  CHECK(missing.next(batch));
  CHECK(refusal([&] { missing.next(batch); }) ==
        "[dataset, batch] y of element 5 has shape (0,), that of element 3 in the same batch ()");
}

TEST_CASE("take, skip and shard, before and after batch", "[dataset]") {
  const Numbers x = test::range(10);
  const Dataset rows = Dataset::from_tensor_slices(x);
  const Dataset generated = Dataset::from_generator(test::counting(10));
  for (const Dataset& dataset : {rows, generated}) {
    CHECK(numbers(dataset.take(3)) == Numbers{0, 1, 2});
    CHECK(numbers(dataset.take(30)) == x);
    CHECK(numbers(dataset.take(-1)) == x);
    CHECK(numbers(dataset.take(0)).empty());
    CHECK(numbers(dataset.skip(7)) == Numbers{7, 8, 9});
    CHECK(numbers(dataset.skip(70)).empty());
    CHECK(numbers(dataset.skip(-1)).empty());
    CHECK(numbers(dataset.skip(0)) == x);
    CHECK(numbers(dataset.shard(3, 0)) == Numbers{0, 3, 6, 9});
    CHECK(numbers(dataset.shard(3, 1)) == Numbers{1, 4, 7});
    CHECK(numbers(dataset.shard(3, 2)) == Numbers{2, 5, 8});
    CHECK(numbers(dataset.shard(3, 0).skip(2)) == Numbers{6, 9});
    CHECK(numbers(dataset.shard(1, 0)) == x);
    CHECK(read(dataset.batch(4).take(2).skip(1)) == Elements{{4, 5, 6, 7}});
    CHECK(read(dataset.batch(4).shard(2, 1)) == Elements{{4, 5, 6, 7}});
    CHECK(read(dataset.skip(5).take(3).batch(2)) == Elements{{5, 6}, {7}});
  }
}

TEST_CASE("the shards are a partition", "[dataset]") {
  for (std::size_t size : {1, 7, 12})
    for (long shards : {1, 2, 5, 9}) {
      const Numbers x = test::range(size);
      Numbers all;
      for (long i = 0; i < shards; ++i) {
        const Dataset shard = Dataset::from_tensor_slices(x).shard(shards, i);
        const Numbers part = numbers(shard);
        CHECK(shard.size() == part.size());
        all.insert(all.end(), part.begin(), part.end());
      }
      std::sort(all.begin(), all.end());
      CHECK(all == x);
    }
}

TEST_CASE("repeat, before batch over the boundary, after it not", "[dataset]") {
  const Numbers x = test::range(3);
  for (const Dataset& dataset :
       {Dataset::from_tensor_slices(x), Dataset::from_generator(test::counting(3))}) {
    CHECK(numbers(dataset.repeat(3)) == Numbers{0, 1, 2, 0, 1, 2, 0, 1, 2});
    CHECK(numbers(dataset.repeat(0)).empty());
    CHECK(numbers(dataset.repeat(), 7) == Numbers{0, 1, 2, 0, 1, 2, 0});
    CHECK(read(dataset.repeat(2).batch(2)) == Elements{{0, 1}, {2, 0}, {1, 2}});
    CHECK(read(dataset.batch(2).repeat(2)) == Elements{{0, 1}, {2}, {0, 1}, {2}});
    CHECK(numbers(dataset.repeat(2).repeat(2)).size() == 12);
    CHECK(numbers(dataset.repeat().skip(4).take(3)) == Numbers{1, 2, 0});
    CHECK(numbers(dataset.take(0).repeat()).empty());
    CHECK(numbers(dataset.filter([](const Batch&) { return false; }).repeat()).empty());
  }
}

TEST_CASE("map and filter see single elements or batches", "[dataset]") {
  const Numbers x = test::range(6);
  const Dataset dataset = Dataset::from_tensor_slices(x);
  CHECK(numbers(dataset.map(double_x)) == Numbers{0, 2, 4, 6, 8, 10});
  CHECK(x == test::range(6));
  CHECK(read(dataset.batch(4).map(double_x)) == Elements{{0, 2, 4, 6}, {8, 10}});
  CHECK(read(dataset.map(double_x).batch(4)) == Elements{{0, 2, 4, 6}, {8, 10}});
  const auto small = [](const Batch& sample) { return sample.x.item() < 3; };
  CHECK(numbers(dataset.filter(small)) == Numbers{0, 1, 2});
  CHECK(numbers(dataset.map(double_x).filter(small)) == Numbers{0, 2});
  CHECK(numbers(dataset.filter(small).map(double_x)) == Numbers{0, 2, 4});
  CHECK(numbers(dataset.filter(small).skip(1)) == Numbers{1, 2});

  // A function may change shapes: the memory is used again all the same.
  const auto one_hot = [](Batch& batch) {
    const Tensor ids = batch.x;
    batch.x.resize({ids.size(), 6});
    batch.x.fill(0);
    for (std::size_t i = 0; i < ids.size(); ++i)
      batch.x.values()[i * 6 + static_cast<std::size_t>(ids.values()[i])] = 1;
  };
  CHECK(read(dataset.batch(1).map(one_hot))[4] == Numbers{0, 0, 0, 0, 1, 0});
}

TEST_CASE("map is not called for elements that are passed over", "[dataset]") {
  const Numbers x = test::range(9);
  int calls = 0;
  const Dataset mapped = Dataset::from_tensor_slices(x).map([&](Batch&) { ++calls; });
  CHECK(numbers(mapped.skip(7)) == Numbers{7, 8});
  CHECK(calls == 2);
  CHECK(numbers(mapped.shard(4, 1)) == Numbers{1, 5});
  CHECK(calls == 4);
  CHECK(numbers(mapped.take(3)).size() == 3);
  CHECK(calls == 7);
}

TEST_CASE("cache keeps the first complete pass", "[dataset]") {
  const Numbers x = test::range(4);
  int calls = 0;
  const auto count = [&](Batch& batch) {
    ++calls;
    double_x(batch);
  };
  const Dataset cached = Dataset::from_generator(test::counting(4)).map(count).cache();
  CHECK(numbers(cached, 2) == Numbers{0, 2});
  CHECK(calls == 2);  // not complete, not kept
  CHECK(numbers(cached) == Numbers{0, 2, 4, 6});
  CHECK(calls == 6);
  CHECK(numbers(cached) == Numbers{0, 2, 4, 6});
  CHECK(numbers(cached.map(double_x)) == Numbers{0, 4, 8, 12});
  CHECK(numbers(cached.skip(3)) == Numbers{6});
  CHECK(calls == 6);

  calls = 0;
  const Dataset batches = Dataset::from_tensor_slices(x).batch(2).map(count).cache();
  CHECK(read(batches, 2) == Elements{{0, 2}, {4, 6}});  // complete with its last element
  CHECK(read(batches.repeat(3)).size() == 6);
  CHECK(calls == 2);
  CHECK(batches.size() == 2u);
}

TEST_CASE("what is known of the size", "[dataset]") {
  const Numbers x = test::range(10);
  const Dataset rows = Dataset::from_tensor_slices(x);
  const auto all = [](const Batch&) { return true; };
  CHECK(rows.shuffle({.buffer_size = 3}).map(double_x).cache().prefetch(1).size() == 10u);
  CHECK(rows.take(3).size() == 3u);
  CHECK(rows.take(-1).size() == 10u);
  CHECK(rows.skip(3).size() == 7u);
  CHECK(rows.skip(-1).size() == 0u);
  CHECK(rows.repeat(3).size() == 30u);
  CHECK(rows.repeat(0).size() == 0u);
  CHECK(rows.repeat(3).batch(4).size() == 8u);
  CHECK(rows.batch(4).repeat(3).size() == 9u);
  CHECK(rows.filter(all).size() == std::nullopt);
  CHECK(rows.filter(all).take(0).size() == 0u);
  const Dataset endless = rows.repeat();
  CHECK(endless.size() == std::nullopt);
  CHECK(endless.infinite());
  CHECK(endless.batch(4).skip(3).shard(2, 1).repeat(2).infinite());
  CHECK(endless.take(25).size() == 25u);
  CHECK_FALSE(endless.take(25).infinite());
  CHECK_FALSE(endless.filter(all).infinite());
  CHECK_FALSE(rows.take(0).repeat().infinite());
  CHECK(rows.repeat(1L << 62).infinite());  // more than can be counted
  CHECK(rows.batch(2).batched());
  CHECK(rows.batch(2).map(double_x).prefetch(1).take(2).batched());
  CHECK_FALSE(rows.map(double_x).prefetch(1).take(2).batched());
}

TEST_CASE("wrong arguments are refused at once", "[dataset]") {
  const Tensor x = Tensor::ones({3, 2}), y = Tensor::ones({2}), scalar = 1.0f;
  const Dataset dataset = Dataset::from_tensor_slices(x);
  CHECK(refusal([&] { Dataset::from_tensor_slices(x, y); }) ==
        "[dataset, from_tensor_slices] y has 2 rows, x has 3");
  CHECK(refusal([&] { Dataset::from_tensor_slices(x, {}, y); }) ==
        "[dataset, from_tensor_slices] sample_weight has 2 rows, x has 3");
  CHECK(refusal([&] { Dataset::from_tensor_slices(ArrayView()); }) ==
        "[dataset, from_tensor_slices] x holds no samples");
  CHECK(refusal([&] { Dataset::from_tensor_slices(scalar); }) ==
        "[dataset, from_tensor_slices] x holds no samples");
  CHECK(refusal([&] { Dataset::from_generator(nullptr); }) ==
        "[dataset, from_generator] there is no function to call");
  CHECK(refusal([&] { dataset.map(nullptr); }) == "[dataset, map] there is no function to call");
  CHECK(refusal([&] { dataset.filter(nullptr); }) ==
        "[dataset, filter] there is no function to call");
  CHECK(refusal([&] { dataset.shuffle({}); }) ==
        "[dataset, shuffle] buffer_size is 0, wanted 1 or more");
  CHECK(refusal([&] { dataset.batch(0); }) == "[dataset, batch] batch_size is 0, wanted 1 or more");
  CHECK(refusal([&] { dataset.batch(-2); }) ==
        "[dataset, batch] batch_size is -2, wanted 1 or more");
  CHECK(refusal([&] { dataset.take(-2); }) ==
        "[dataset, take] count is -2, wanted 0 or more, or -1");
  CHECK(refusal([&] { dataset.skip(-2); }) ==
        "[dataset, skip] count is -2, wanted 0 or more, or -1");
  CHECK(refusal([&] { dataset.repeat(-2); }) ==
        "[dataset, repeat] count is -2, wanted 0 or more, or -1");
  CHECK(refusal([&] { dataset.prefetch(0); }) ==
        "[dataset, prefetch] buffer_size is 0, wanted 1 or more");
  CHECK(refusal([&] { dataset.shard(0, 0); }) ==
        "[dataset, shard] num_shards is 0, wanted 1 or more");
  CHECK(refusal([&] { dataset.shard(2, 2); }) ==
        "[dataset, shard] index is 2, wanted 0 or more and below num_shards = 2");
  CHECK(refusal([&] { dataset.shard(2, -1); }) ==
        "[dataset, shard] index is -1, wanted 0 or more and below num_shards = 2");
  Batch sample;
  const Dataset nothing = Dataset::from_generator([](Batch&) { return true; });
  CHECK(refusal([&] { nothing.iterator().next(sample); }) ==
        "[dataset, from_generator] the generator left x of sample 0 empty");
}

TEST_CASE("temporaries are kept", "[dataset]") {
  const Dataset digits =
      Dataset::from_tensor_slices(Tensor{{1, 2}, {3, 4}}, std::vector<float>{5, 6}).batch(2);
  Batch batch;
  Dataset::Iterator pass = digits.iterator();
  REQUIRE(pass.next(batch));
  CHECK(batch.x == Tensor{{1, 2}, {3, 4}});
  CHECK(batch.y == Tensor{5, 6});
}

TEST_CASE("a copy of a Dataset and its iterators outlive it", "[dataset]") {
  const Numbers x = test::range(5);
  std::optional<Dataset> dataset = Dataset::from_tensor_slices(x).shuffle({.buffer_size = 2});
  dataset = dataset->map(double_x).batch(2).repeat(2).prefetch(1);
  Dataset::Iterator iterator = dataset->iterator();
  dataset.reset();
  CHECK(read(iterator).size() == 6);
  iterator = Dataset::from_tensor_slices(x).prefetch(2).iterator();
  read(iterator, 1);
  iterator = Dataset::from_tensor_slices(x).iterator();
  CHECK(read(iterator).size() == 5);
}

TEST_CASE("a pass allocates nothing of size after its first batches", "[dataset]") {
  const Tensor x = Tensor::ones({2000, 50}), y = Tensor::ones({2000});
  const Dataset rows = Dataset::from_tensor_slices(x, y);
  const auto scale = [](Batch& batch) { double_x(batch); };
  for (const Dataset& dataset :
       {rows.shuffle({.buffer_size = 2000}).batch(30), rows.shuffle({.buffer_size = 100}).batch(30),
        rows.shuffle({.buffer_size = 2000}).batch(30).map(scale).prefetch(2),
        rows.map(scale).batch(30), rows.map(scale).shuffle({.buffer_size = 10}).batch(30)}) {
    Dataset::Iterator iterator = dataset.iterator();
    Batch batch;
    for (int i = 0; i < 10; ++i) iterator.next(batch);
    int batches = 10;
    const test::Allocations allocations = test::allocations_of([&] {
      while (iterator.next(batch)) ++batches;
    });
    CHECK(batches == 67);
    CHECK(allocations.large == 0);
  }
}
