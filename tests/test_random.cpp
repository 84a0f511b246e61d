#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>
#include <thread>
#include <vector>

#include "keratin/random.hpp"
#include "support/catch.hpp"

using namespace keratin;
using random::Generator;
using random::philox;
using Words = std::array<std::uint32_t, 4>;

TEST_CASE("philox gives the known answers of its authors",
          "[random]") {  // kat_vectors of the Random123 distribution
  CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a generator walks the blocks of its stream", "[random]") {
  Generator generator({0x0123456789abcdef, 0xfedcba9876543210});
  for (std::uint32_t block = 0; block < 3; ++block)
    for (std::uint32_t word : philox({block, 0, 0x76543210, 0xfedcba98}, {0x89abcdef, 0x01234567}))
      CHECK(generator.uint32() == word);
}

TEST_CASE("a generator starts at any block and skips any number of words", "[random]") {
  const random::Stream stream{11, 12};
  std::vector<std::uint32_t> words(40);
  Generator from_start(stream);
  for (std::uint32_t& word : words) word = from_start.uint32();

  CHECK(Generator(stream, 3).uint32() == words[12]);
  for (std::size_t read = 0; read < 9; ++read)
    for (std::size_t skipped = 0; read + skipped < words.size() - 1; ++skipped) {
      INFO(read << " words read, " << skipped << " skipped");
      Generator generator(stream);
      for (std::size_t i = 0; i < read; ++i) generator.uint32();
      generator.discard(skipped);
      CHECK(generator.uint32() == words[read + skipped]);
      CHECK(generator.uint32() == words[read + skipped + 1]);
    }
  Generator far(stream);
  far.discard((std::uint64_t{1} << 63) + 6);
  Generator there(stream, (std::uint64_t{1} << 61) + 1);
  there.uint32();
  there.uint32();
  CHECK(far.uint32() == there.uint32());
}

TEST_CASE("draws have these bits on every platform", "[random]") {
  Generator generator({42, 7});
  std::vector<float> values;
  for (int i = 0; i < 2; ++i) {
    values.push_back(generator.uniform());
    values.push_back(generator.uniform(-0.1, 0.3));
    values.push_back(generator.normal());
    values.push_back(generator.normal(5, 0.1));
    values.push_back(generator.truncated_normal(0, 0.05));
  }
  CHECK(values == std::vector<float>{0.405981958f, 0.258325577f, -0.192156881f, 4.95705414f,
                                     0.0587023757f, 0.375234663f, 0.124694631f, -0.938262999f,
                                     4.89385414f, 0.0694564879f});
  CHECK(generator.bounded(1000) == 340);
  std::vector<std::uint32_t> order(8);
  generator.permutation(order);
  CHECK(order == std::vector<std::uint32_t>{1, 0, 7, 3, 5, 2, 4, 6});
}

TEST_CASE("normal inverts the normal distribution function", "[random]") {
  Generator words({1, 2}), normals({1, 2});
  float furthest = 0;
  for (int i = 0; i < 300'000; ++i) {
    const double p = (words.uint32() + 0.5) / 4294967296.0;
    const float z = normals.normal();
    const double tail = 0.5 * std::erfc(std::fabs(z) / std::sqrt(2.0)), wanted = std::min(p, 1 - p);
    // A float z is off by up to 2^-25 of itself, which moves the tail by about z^2 times that.
    if (std::fabs(tail / wanted - 1) > 1e-7 * (1 + z * z) || (z < 0) != (p < 0.5))
      FAIL("p " << p << " z " << z);
    furthest = std::max(furthest, std::fabs(z));
  }
  CHECK(furthest > 4);
}

namespace {

struct Moments {
  double mean = 0, stddev = 0;
  float least = 0, most = 0;
};

template <class Draw>
Moments moments(Draw draw, int n = 200'000) {
  double sum = 0, squares = 0;
  Moments m{.least = 1e30f, .most = -1e30f};
  for (int i = 0; i < n; ++i) {
    const float x = draw();
    sum += x, squares += double{x} * x;
    m.least = std::min(m.least, x), m.most = std::max(m.most, x);
  }
  m.mean = sum / n;
  m.stddev = std::sqrt(squares / n - m.mean * m.mean);
  return m;
}

}  // namespace

TEST_CASE("distributions have their moments and limits", "[random]") {
  Generator generator(3);
  const auto within = [](double got, double wanted, double error) {
    return std::fabs(got - wanted) < 4 * error;
  };
  const double root_n = std::sqrt(200'000.0);

  const Moments unit = moments([&] { return generator.uniform(); });
  CHECK(within(unit.mean, 0.5, 0.2887 / root_n));
  CHECK(within(unit.stddev, 0.288675, 0.13 / root_n));
  CHECK((unit.least >= 0 && unit.least < 1e-4 && unit.most < 1 && unit.most > 0.9999));

  const Moments uniform = moments([&] { return generator.uniform(-2, 6); });
  CHECK(within(uniform.mean, 2, 2.31 / root_n));
  CHECK((uniform.least >= -2 && uniform.most < 6));

  const Moments normal = moments([&] { return generator.normal(1, 3); });
  CHECK(within(normal.mean, 1, 3 / root_n));
  CHECK(within(normal.stddev, 3, 3 / (std::sqrt(2.0) * root_n)));

  const Moments truncated = moments([&] { return generator.truncated_normal(0, 1); });
  CHECK(within(truncated.mean, 0, 0.88 / root_n));
  CHECK(within(truncated.stddev, 0.87962566103423978, 0.6 / root_n));
  CHECK((truncated.least >= -2 && truncated.least < -1.99f && truncated.most <= 2 &&
         truncated.most > 1.99f));
}

TEST_CASE("a uniform draw stays below its end though rounding reaches it", "[random]") {
  Generator generator(4);
  const float end = std::nextafter(1.0f, 2.0f);
  for (int i = 0; i < 1000; ++i) REQUIRE(generator.uniform(1, end) == 1);
  CHECK(generator.uniform(2, 2) == 2);
}

TEST_CASE("bounded is even, below its bound, and needs one", "[random]") {
  Generator generator(5);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) ++counts[generator.bounded(6)];
  for (int count : counts) CHECK(std::abs(count - 10'000) < 4 * 91);
  CHECK(generator.bounded(1) == 0);
  int upper = 0;  // of 3 * 2^30 numbers a third lies in the upper third; without rejection it would
                  // be a quarter or a half
  for (int i = 0; i < 30'000; ++i) upper += generator.bounded(3u << 30) >= 2u << 30;
  CHECK(std::abs(upper - 10'000) < 4 * 82);
  CHECK_THROWS_WITH(generator.bounded(0), "[random] bounded(0): there is no number below 0");
}

TEST_CASE("a permutation holds each index once, and each order is as likely", "[random]") {
  Generator generator(6);
  std::vector<std::uint32_t> order(60'000);
  generator.permutation(order);
  CHECK(std::set<std::uint32_t>(order.begin(), order.end()).size() == order.size());
  CHECK(*std::max_element(order.begin(), order.end()) == order.size() - 1);

  std::array<std::uint32_t, 3> three{};
  std::array<int, 27> counts{};
  for (int i = 0; i < 60'000; ++i) {
    generator.permutation(three);
    ++counts[9 * three[0] + 3 * three[1] + three[2]];
  }
  for (int code : {5, 7, 11, 15, 19, 21}) CHECK(std::abs(counts[code] - 10'000) < 4 * 91);
  generator.permutation({});
  std::uint32_t one = 0;
  const std::span<std::uint32_t> too_long(&one, std::size_t{1} << 32);  // refused before it is used
  CHECK_THROWS_WITH(generator.permutation(too_long),
                    "[random] cannot shuffle 4294967296 numbers, wanted fewer than 2^32");
}

TEST_CASE("a seed fixes the streams; their state can be read and restored", "[random]") {
  const random::Stream before = random::state();
  utils::set_random_seed(9);
  const random::Stream first = random::next_stream(), second = random::next_stream();
  CHECK((first.seed == 9 && first.number == 2 && second.seed == 9 && second.number == 3));
  CHECK(Generator(first).uint32() != Generator(second).uint32());
  CHECK(Generator(9).uint32() != Generator(first).uint32());

  const random::Stream saved = random::state();
  const std::uint32_t next = Generator(random::next_stream()).uint32();
  random::next_stream();
  random::restore(saved);
  CHECK(Generator(random::next_stream()).uint32() == next);
  random::restore(before);
}

TEST_CASE("a source hands out numbers that it never hands out again", "[random]") {
  random::SeedGenerator source(21);
  std::vector<std::uint32_t> taken;
  for (std::uint64_t count : {5, 0, 4, 1, 8}) {
    Generator generator = source.take(count);
    for (std::uint64_t i = 0; i < count; ++i) taken.push_back(generator.uint32());
  }
  CHECK(std::set<std::uint32_t>(taken.begin(), taken.end()).size() == 18);
  CHECK(taken[0] == Generator(random::Stream{21, 1}).uint32());  // on every platform
  CHECK(taken[5] == Generator({21, 1}, 2).uint32());
  CHECK(source.state().next_block == 2 + 0 + 1 + 1 + 2);
  CHECK(taken[0] != Generator(21).uint32());  // what an initializer of that seed draws
}

TEST_CASE("a source goes on where its state says", "[random]") {
  random::SeedGenerator source(22), other(23);
  source.take(10);
  const random::SeedGenerator::State state = source.state();
  const std::uint32_t next = source.take(3).uint32();
  CHECK(source.take(3).uint32() != next);
  CHECK_FALSE(source.state() == state);
  other.set_state(state);
  CHECK(other.state() == state);
  CHECK(other.take(3).uint32() == next);
  CHECK(other.state() == random::SeedGenerator::State{{22, 1}, 4});
}

TEST_CASE("sources without a seed have streams of their own, from the library's seed", "[random]") {
  const random::Stream before = random::state();
  utils::set_random_seed(24);
  random::SeedGenerator first, second;
  CHECK(first.state() == random::SeedGenerator::State{{24, random::first_stream}, 0});
  CHECK(second.state() == random::SeedGenerator::State{{24, random::first_stream + 1}, 0});
  CHECK(first.take(1).uint32() != second.take(1).uint32());
  random::restore(before);
}

TEST_CASE("values drawn in slices are those drawn in one go", "[random]") {
  random::SeedGenerator source(25);
  source.take(3);
  const std::size_t count = 1003;
  const Generator generator = source.take(count);
  const auto draw = [](Generator& from, std::size_t i) {
    if (i % 3 == 0) return from.uniform();
    return i % 3 == 1 ? from.normal() : from.truncated_normal(1, 2);
  };
  std::vector<float> whole(count), slices(count);
  Generator all = generator;
  for (std::size_t i = 0; i < count; ++i) whole[i] = draw(all, i);
  const std::vector<std::size_t> bounds = {0, 1, 6, 250, 251, 700, count};
  for (std::size_t slice = bounds.size() - 1; slice-- > 0;) {
    Generator own = generator;
    own.discard(bounds[slice]);
    for (std::size_t i = bounds[slice]; i < bounds[slice + 1]; ++i) slices[i] = draw(own, i);
  }
  CHECK(slices == whole);
}

TEST_CASE("threads never share a stream", "[random]") {
  std::vector<std::vector<std::uint64_t>> taken(4);
  std::vector<std::thread> threads;
  for (auto& mine : taken)
    threads.emplace_back([&mine] {
      for (int i = 0; i < 1000; ++i) mine.push_back(random::next_stream().number);
    });
  for (auto& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& mine : taken) all.insert(mine.begin(), mine.end());
  CHECK(all.size() == 4000);
}
