// Dataset's positions: a pass that is continued gives what the uninterrupted one would have.

#include <keratin/dataset.hpp>

#include "support/catch.hpp"
#include "support/datasets.hpp"

using namespace keratin;
using test::Elements;
using test::read;

namespace {

using Numbers = std::vector<float>;
using Make = std::function<Dataset()>;

/// Pipelines with all kinds of stages, made anew as in another run of the program.
std::vector<Make> pipelines(const Numbers& x) {
  const auto rows = [&x] { return Dataset::from_tensor_slices(x); };
  const auto samples = [&x] { return Dataset::from_generator(test::counting(x.size())); };
  const auto triple = [](Batch& batch) {
    for (float& value : batch.x.values()) value *= 3;
  };
  const auto odd = [](const Batch& sample) { return static_cast<int>(sample.x.item()) % 2 == 1; };
  const ShuffleOptions all = {.buffer_size = 100}, few = {.buffer_size = 5, .seed = 8},
                       once = {.buffer_size = 100, .reshuffle_each_iteration = false};
  return {
      [=] { return rows().batch(4); },
      [=] { return rows().shuffle(all).batch(4, {.drop_remainder = true}); },
      [=] { return rows().shuffle(few).batch(4).map(triple).prefetch(2); },
      [=] { return rows().shuffle(once).repeat(2).batch(4); },
      [=] { return rows().shuffle(few).shard(3, 1).skip(1).repeat(3).prefetch(1); },
      [=] { return rows().shuffle(all).cache().shuffle(few).batch(3).repeat(2); },
      [=] { return rows().map(triple).cache().repeat(2).take(40).shuffle(all); },
      [=] { return samples().filter(odd).shuffle(few).batch(2); },
      [=] { return samples().batch(4).map(triple).shuffle(all).shuffle(few); },
  };
}

/// Three passes, the second one cut in two after `cut` elements.
std::vector<Elements> interrupted(const Make& make, std::size_t cut) {
  utils::set_random_seed(3);
  std::optional<Dataset> dataset = make();
  std::vector<Elements> passes;
  passes.push_back(read(*dataset));
  Dataset::Iterator second = dataset->iterator();
  passes.push_back(read(second, cut));
  const Dataset::Position position = second.position();
  CHECK(position.elements == passes[1].size());
  const random::Stream state = random::state();
  dataset = make();  // another run of the program
  utils::set_random_seed(99);
  random::restore(state);
  second = dataset->iterator(position);
  CHECK(second.position().elements == position.elements);
  const Elements rest = read(second);
  passes[1].insert(passes[1].end(), rest.begin(), rest.end());
  passes.push_back(read(*dataset));
  return passes;
}

}  // namespace

TEST_CASE("a pass continues where it was, and the next pass is the one that would have followed",
          "[dataset]") {
  const Numbers x = test::range(23);
  for (const Make& make : pipelines(x)) {
    utils::set_random_seed(3);
    const Dataset dataset = make();
    const std::vector<Elements> whole = {read(dataset), read(dataset), read(dataset)};
    CHECK(whole[1].size() > 3);
    for (std::size_t cut : {0, 1, 3, 100}) CHECK(interrupted(make, cut) == whole);
  }
}

TEST_CASE("map is not called for what was delivered before", "[dataset]") {
  const Numbers x = test::range(20);
  int calls = 0;
  const Dataset dataset = Dataset::from_tensor_slices(x)
                              .shuffle({.buffer_size = 20})
                              .batch(4)
                              .map([&](Batch&) { ++calls; })
                              .prefetch(1);
  Dataset::Iterator iterator = dataset.iterator({.elements = 3, .shuffles = {{{1, 2}}}});
  CHECK(calls == 0);
  CHECK(read(iterator).size() == 2);
  CHECK(calls == 2);
}

TEST_CASE("a position of another dataset is refused", "[dataset]") {
  const Numbers x = test::range(9);
  const Dataset rows = Dataset::from_tensor_slices(x);
  const Dataset::Position one_shuffle = rows.shuffle({.buffer_size = 2}).iterator().position();
  CHECK(test::refusal([&] { rows.iterator(one_shuffle); }) ==
        "[dataset, iterator] the position is one in a dataset with 1 shuffles, this one has 0");
  CHECK(test::refusal([&] { rows.batch(2).iterator({.elements = 6}); }) ==
        "[dataset, iterator] the position is behind 6 elements, this dataset has 5");
}
