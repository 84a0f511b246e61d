#include <limits>
#include <type_traits>
#include <utility>

#include "keratin/check.hpp"
#include "keratin/shape.hpp"
#include "support/catch.hpp"

using namespace keratin;

TEST_CASE("shapes", "[shape]") {
  const Shape none, three = {3}, pair = {2, 3};
  CHECK(none.size() == 0);
  CHECK(none.empty());
  CHECK(none.elements() == 1);
  CHECK(three.elements() == 3);
  CHECK(pair.elements() == 6);
  CHECK(pair.front() == 2);
  CHECK(pair.back() == 3);
  CHECK(pair == Shape{2, 3});
  CHECK_FALSE(pair == Shape{3, 2});
  CHECK_FALSE(three == Shape{3, 1});
  CHECK_FALSE(none == three);
  CHECK(Shape{4, 0, 2}.elements() == 0);
  CHECK(pair.with_batch(5) == Shape{5, 2, 3});
  CHECK(none.with_batch(5) == Shape{5});
  CHECK(pair.without_batch() == three);
  CHECK(three.without_batch() == none);
  CHECK(to_string(none) == "()");
  CHECK(to_string(three) == "(3,)");
  CHECK(to_string(pair) == "(2, 3)");
}

TEST_CASE("a shape literal takes any integer type", "[shape]") {
  const int i = 2;
  const unsigned u = 3;
  const long l = 4;
  const std::size_t s = 5;
  const std::uint8_t b = 6;
  CHECK(Shape{i, u, l, s, b} == Shape{2, 3, 4, 5, 6});
}

TEST_CASE("a shape changes its axes", "[shape]") {
  Shape shape = {2, 3};
  shape.push_back(4);
  shape[0] = 7;
  CHECK(shape == Shape{7, 3, 4});
  shape.pop_back();
  shape.pop_back();
  CHECK(shape == Shape{7});  // what was popped does not count in ==
}

namespace {

template <class T>
concept has_begin = requires(T&& shape) {
  std::forward<T>(shape).begin();
};

}  // namespace

TEST_CASE("a temporary shape gives sizes and no pointers", "[shape]") {
  const auto batched = [] { return Shape{2, 3}.with_batch(4); };
  std::size_t sum = 0;
  for (std::size_t size : batched()) sum += size;
  CHECK(sum == 9);
  STATIC_REQUIRE(std::is_same_v<decltype(batched()[0]), std::size_t>);
  STATIC_REQUIRE(has_begin<Shape&>);
  STATIC_REQUIRE_FALSE(has_begin<Shape>);
  STATIC_REQUIRE_FALSE(has_begin<const Shape>);
}

TEST_CASE("axes count from both ends", "[shape]") {
  const Shape shape = {2, 3, 4};
  for (int i = 0; i < 3; ++i) {
    CHECK(shape.axis(i, "here") == static_cast<std::size_t>(i));
    CHECK(shape.axis(i - 3, "here") == static_cast<std::size_t>(i));
  }
  CHECK_THROWS_WITH(shape.axis(3, "here"),
                    "[here] axis 3 is not one of the 3 axes of shape (2, 3, 4)");
  CHECK_THROWS_WITH(shape.axis(-4, "here"),
                    "[here] axis -4 is not one of the 3 axes of shape (2, 3, 4)");
  CHECK_THROWS_WITH(Shape{}.axis(0, "here"), "[here] axis 0 is not one of the 0 axes of shape ()");
}

TEST_CASE("shapes that cannot be are refused", "[shape][messages]") {
  CHECK_THROWS_WITH((Shape{2, -1}), "[shape] a size is -1, wanted 0 or more");
  CHECK_THROWS_AS((Shape{2, -1}), std::invalid_argument);
  CHECK((Shape{1, 1, 1, 1, 1, 1, 1, 1}).size() == 8);
  CHECK_THROWS_WITH((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), "[shape] more than 8 axes");
  CHECK_THROWS_WITH((Shape{1, 1, 1, 1, 1, 1, 1, 1}.with_batch(2)), "[shape] more than 8 axes");
  CHECK_THROWS_WITH(Shape{}.without_batch(), "[shape] a scalar has no batch axis");
  const std::size_t sizes[9] = {};
  CHECK_THROWS_WITH(Shape(std::span<const std::size_t>(sizes)), "[shape] more than 8 axes");
}

TEST_CASE("a product that overflows is refused, and one whose bytes would", "[shape][messages]") {
  const long long big = 1ll << 32;
  CHECK_THROWS_WITH((Shape{big, big}.elements()),
                    "[shape] (4294967296, 4294967296) has more elements than memory");
  CHECK_THROWS_WITH((Shape{big, big, 2}.elements()),
                    "[shape] (4294967296, 4294967296, 2) has more elements than memory");
  CHECK_THROWS_WITH(
      (Shape{1ll << 62}.elements()),
      "[shape] (4611686018427387904,) has more elements than memory");  // 2^64 bytes of float
  CHECK_THROWS_WITH((Shape{65536, 65536, 65536, 65536}.elements()),
                    "[shape] (65536, 65536, 65536, 65536) has more elements than memory");
  CHECK((Shape{1ll << 59}.elements()) == 1ull << 59);
  CHECK_THROWS_WITH((Shape{std::numeric_limits<std::uint64_t>::max()}),
                    "[shape] a size is -1, wanted 0 or more");
}
