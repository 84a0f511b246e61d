#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <sstream>
#include <type_traits>
#include <utility>

#include "keratin/check.hpp"
#include "keratin/tensor.hpp"
#include "support/catch.hpp"
#include "support/locale.hpp"

using namespace keratin;

namespace {

std::vector<float> values(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

}  // namespace

TEST_CASE("tensor literals of every rank", "[tensor]") {
  const Tensor none, scalar = 2.5f, row = {1, 0}, column = {{0}, {1}},
                     deep = {{{1, 2, 3}}, {{4, 5, 6}}};
  CHECK(none.shape() == Shape{0});
  CHECK(none.empty());
  CHECK(scalar.shape() == Shape{});
  CHECK(scalar.item() == 2.5f);
  CHECK(row.shape() == Shape{2});
  CHECK(values(row) == std::vector<float>{1, 0});
  CHECK(column.shape() == Shape{2, 1});
  CHECK(values(column) == std::vector<float>{0, 1});
  CHECK(deep.shape() == Shape{2, 1, 3});
  CHECK(values(deep) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(Tensor{{{{{{{{7}}}}}}}}.shape() == Shape{1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(Tensor({2, 3}) == Tensor{2, 3});  // values, not a shape
  CHECK(Tensor{{{1}, {2}}, {{3}, {4}}}.shape() == Shape{2, 2, 1});
  CHECK(Tensor{5}.shape() == Shape{1});
  CHECK(Tensor(5).shape() == Shape{});
}

TEST_CASE("tensor literals mix number types", "[tensor]") {
  const int i = -1;
  const unsigned u = 2;
  const std::int64_t l = 3;
  const std::uint8_t b = 4;
  const double d = 0.1;
  const float f = 0.5f;
  CHECK(values(Tensor{i, u, l, b, d, f, true}) == std::vector<float>{-1, 2, 3, 4, 0.1f, 0.5f, 1});
  CHECK(values(Tensor{{i, d}, {f, u}}) == std::vector<float>{-1, 0.1f, 0.5f, 2});
}

TEST_CASE("ragged literals are refused", "[tensor][messages]") {
  CHECK_THROWS_WITH((Tensor{{1, 2}, {3}}),
                    "[tensor] ragged list: an entry of shape (1,) beside one of shape (2,)");
  CHECK_THROWS_WITH((Tensor{1, {2}}),
                    "[tensor] ragged list: an entry of shape (1,) beside one of shape ()");
  CHECK_THROWS_WITH((Tensor{{{1}, {2}}, {{3, 4}, {5, 6}}}),
                    "[tensor] ragged list: an entry of shape (2, 2) beside one of shape (2, 1)");
  CHECK_THROWS_AS((Tensor{{1, 2}, {3}}), std::invalid_argument);
  CHECK_THROWS_WITH((Tensor{{{{{{{{{7}}}}}}}}}), "[shape] more than 8 axes");
}

TEST_CASE("tensors made by name", "[tensor]") {
  CHECK(Tensor::zeros({2, 3}) == Tensor{{0, 0, 0}, {0, 0, 0}});
  CHECK(Tensor::ones({2}) == Tensor{1, 1});
  CHECK(Tensor::full({}, 3) == Tensor(3.0f));
  CHECK(Tensor::from({2, 2}, {1, 2, 3, 4}) == Tensor{{1, 2}, {3, 4}});
  CHECK(Tensor::zeros({3, 0}).shape() == Shape{3, 0});
  CHECK_THROWS_WITH(Tensor::from({2, 2}, {1, 2, 3}),
                    "[tensor] got 3 values for shape (2, 2), wanted 4");
  CHECK_THROWS_WITH(Tensor::zeros({1ll << 40, 1ll << 40}),
                    "[shape] (1099511627776, 1099511627776) has more elements than memory");
}

TEST_CASE("memory is aligned for the widest registers", "[tensor]") {
  for (std::size_t size : {1, 3, 1000}) {
    const Tensor tensor = Tensor::zeros({size});
    CHECK(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64 == 0);
  }
}

TEST_CASE("item wants one value", "[tensor][messages]") {
  CHECK(Tensor{{4}}.item() == 4);
  CHECK_THROWS_WITH(Tensor({1, 2}).item(), "[tensor] item() wants one value, shape (2,) has 2");
  CHECK_THROWS_WITH(Tensor().item(), "[tensor] item() wants one value, shape (0,) has 0");
}

TEST_CASE("copies are deep, moves leave nothing", "[tensor]") {
  Tensor a = {1, 2, 3};
  Tensor copy = a;
  copy.values()[0] = 9;
  CHECK(a == Tensor{1, 2, 3});
  const float* memory = a.data();
  Tensor moved = std::move(a);
  CHECK(moved.data() == memory);
  CHECK(a.shape() == Shape{0});
  CHECK(a.empty());
  a = copy;
  CHECK(a == Tensor{9, 2, 3});
  copy = std::move(moved);
  CHECK(copy == Tensor{1, 2, 3});
  const Tensor& itself = copy;
  copy = itself;
  CHECK(copy == Tensor{1, 2, 3});
  Tensor& same = copy;
  copy = std::move(same);
  CHECK(copy == Tensor{1, 2, 3});
  const Tensor none;
  copy = none;
  CHECK(copy.empty());
}

TEST_CASE("only a default-constructed or moved-from tensor is undefined", "[tensor]") {
  const Tensor undefined;
  CHECK_FALSE(undefined.defined());
  CHECK_FALSE(Tensor(undefined).defined());
  for (const Tensor& tensor : {Tensor::zeros({0}), Tensor::zeros({3, 0}),
                               Tensor::uninitialized({0}), Tensor::from({0}, std::vector<float>()),
                               Tensor::zeros({0}).reshaped({0, 2}), Tensor(0.0f), Tensor{1, 2}}) {
    CHECK(tensor.defined());
    CHECK(tensor.data() != nullptr);
    const Tensor copy = tensor;
    CHECK(copy.defined());
    CHECK(copy == tensor);
  }

  Tensor source = Tensor::zeros({0});
  const Tensor moved = std::move(source);
  CHECK(moved.defined());
  CHECK_FALSE(source.defined());

  Tensor target = {1, 2};
  target = undefined;
  CHECK_FALSE(target.defined());
  CHECK(target.shape() == Shape{0});
  target.resize({0});
  CHECK(target.defined());
}

namespace {

// Whether data() compiles for a value of type T.
template <class T>
concept has_data = requires(T&& tensor) {
  std::forward<T>(tensor).data();
};

}  // namespace

TEST_CASE("a temporary tensor gives its values away and no pointers", "[tensor]") {
  const auto predict = [] { return Tensor{{1, 2}, {3, 4}}; };
  float sum = 0;
  for (float value : predict().values()) sum += value;
  CHECK(sum == 10);
  CHECK(predict().values()[3] == 4);
  CHECK(std::move(std::as_const(*std::make_unique<Tensor>(5.0f))).values() ==
        std::vector<float>{5});
  std::size_t product = 1;
  for (std::size_t size : predict().shape()) product *= size;
  CHECK(product == 4);
  CHECK(Tensor().values().empty());

  STATIC_REQUIRE(std::is_same_v<decltype(predict().values()), std::vector<float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(predict().shape()), Shape>);
  STATIC_REQUIRE(has_data<Tensor&>);
  STATIC_REQUIRE(has_data<const Tensor&>);
  STATIC_REQUIRE_FALSE(has_data<Tensor>);
  STATIC_REQUIRE_FALSE(has_data<const Tensor>);
}

TEST_CASE("tensors print decimal points under every locale", "[tensor]") {
  const test::CommaLocale commas;
  std::ostringstream out;
  out << Tensor{1234567, 0.5} << Shape{1000000};
  CHECK(out.str() == "[1.23457e+06         0.5](1000000,)");
}

TEST_CASE("clear makes a tensor undefined and keeps its memory", "[tensor]") {
  Tensor tensor = {1, 2, 3};
  const float* memory = tensor.data();
  tensor.clear();
  CHECK_FALSE(tensor.defined());
  CHECK(tensor.shape() == Shape{0});
  CHECK(tensor.size() == 0);
  tensor.resize({3});
  CHECK(tensor.data() == memory);
}

TEST_CASE("reshaped keeps the values", "[tensor]") {
  const Tensor a = {{1, 2, 3}, {4, 5, 6}};
  CHECK(a.reshaped({3, 2}) == Tensor{{1, 2}, {3, 4}, {5, 6}});
  CHECK(a.shape() == Shape{2, 3});
  CHECK(Tensor{5}.reshaped({}) == Tensor(5));
  CHECK_THROWS_WITH(a.reshaped({4}), "[tensor] cannot reshape (2, 3) to (4,)");
}

TEST_CASE("resize keeps memory that is large enough", "[tensor]") {
  Tensor a = Tensor::zeros({10, 10});
  const float* memory = a.data();
  a.resize({3});
  CHECK(a.shape() == Shape{3});
  a.resize({4, 25});
  CHECK(a.data() == memory);
  a.resize(a.shape());
  CHECK(a.shape() == Shape{4, 25});
  a.resize({101});
  CHECK(a.size() == 101);
  a.fill(2);
  CHECK(a == Tensor::full({101}, 2));
}

TEST_CASE("a resize that memory does not allow leaves a tensor that is none", "[tensor]") {
  Tensor a = {1, 2, 3};
  CHECK_THROWS_AS(a.resize({1ll << 58}), std::bad_alloc);
  CHECK(a.shape() == Shape{0});
  CHECK(a.empty());
  a = Tensor{4};
  CHECK(a == Tensor{4});
}

TEST_CASE("tensors are equal by shape and values", "[tensor]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(Tensor{1, 2} == Tensor{1, 2});
  CHECK_FALSE(Tensor{1, 2} == Tensor{1, 3});
  CHECK_FALSE(Tensor{1, 2} == Tensor{{1, 2}});
  CHECK_FALSE(Tensor{nan} == Tensor{nan});
  CHECK(Tensor{0.0f} == Tensor{-0.0f});
  CHECK(Tensor() == Tensor());
}

TEST_CASE("tensors print in NumPy's layout", "[tensor]") {
  const auto printed = [](const Tensor& tensor) {
    std::ostringstream out;
    out << tensor;
    return out.str();
  };
  CHECK(printed(2.5f) == "2.5");
  CHECK(printed({}) == "[]");
  CHECK(printed(Tensor::zeros({2, 0})) == "[]");
  CHECK(printed({1, 2.5, -3}) == "[  1 2.5  -3]");
  CHECK(printed({{1, 20}, {-3, 4}}) == "[[ 1 20]\n [-3  4]]");
  CHECK(printed({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}) == "[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 8]]]");
  CHECK(printed({1e10, 1e-5, 1.0 / 3}) == "[   1e+10    1e-05 0.333333]");
  CHECK(printed({std::nanf(""), -std::nanf(""), HUGE_VALF, -HUGE_VALF}) == "[ nan  nan  inf -inf]");
}

TEST_CASE("long tensors print their ends", "[tensor]") {
  Tensor x = Tensor::zeros({2000});
  for (int i = 0; i < 2000; ++i) x.values()[i] = static_cast<float>(i % 7);
  CHECK(to_string(x) == "[0 1 2 ... 2 3 4]");
  CHECK(to_string(x.reshaped({1000, 2})) ==
        "[[0 1]\n [2 3]\n [4 5]\n ...\n [6 0]\n [1 2]\n [3 4]]");
  CHECK(to_string(x.reshaped({2, 1, 1000})) == "[[[0 1 2 ... 3 4 5]]\n\n [[6 0 1 ... 2 3 4]]]");
  CHECK(to_string(Tensor::zeros({1000})).size() == 2001);  // up to 1000 entries are shown
}
