// Arrays in their own type, and their rows as float32: every type, small and in parallel.

#include <sys/mman.h>

#include <keratin/array_view.hpp>
#include <limits>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using keratin::test::message;

namespace {

// `count` different values that uint8 holds too.
template <class T>
std::vector<T> values(std::size_t count) {
  std::vector<T> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = static_cast<T>((i * 37 + i / 251) % 256);
  return all;
}

// Gathers `rows` backwards, and every third twice, and looks at each element.
template <class T>
bool gathers(std::size_t rows, const Shape& row) {
  const std::vector<T> all = values<T>(rows * row.elements());
  std::vector<std::uint32_t> order;
  for (std::size_t i = rows; i-- > 0;)
    order.insert(order.end(), i % 3 ? 1 : 2, static_cast<std::uint32_t>(i));
  Tensor out;
  ArrayView(row.with_batch(rows), all.data()).gather(order, out);
  bool same = out.shape() == row.with_batch(order.size());
  for (std::size_t i = 0; i < order.size() && same; ++i)
    for (std::size_t j = 0; j < row.elements(); ++j)
      same = same && out.values()[i * row.elements() + j] ==
                         static_cast<float>(all[order[i] * row.elements() + j]);
  return same;
}

}  // namespace

TEMPLATE_TEST_CASE("rows of every type are gathered as float32", "[array_view]", std::uint8_t,
                   std::int32_t, std::int64_t, float, double) {
  CHECK(gathers<TestType>(5, {}));          // labels
  CHECK(gathers<TestType>(7, {3}));         // shorter than a vector register
  CHECK(gathers<TestType>(9, {5, 7}));      // with a remainder
  CHECK(gathers<TestType>(700, {28, 28}));  // many tiles, on all threads
  CHECK(gathers<TestType>(3, {50000}));     // rows longer than a tile
  CHECK(gathers<TestType>(4, {0}));
}

TEST_CASE("numbers that float32 cannot hold are rounded, infinities and NaN kept", "[array_view]") {
  const std::vector<double> doubles{1 + 1e-12, -std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::quiet_NaN()};
  Tensor out;
  ArrayView(doubles).gather(std::vector<std::uint32_t>{0, 1, 2}, out);
  CHECK(out.values()[0] == 1);
  CHECK(out.values()[1] == -std::numeric_limits<float>::infinity());
  CHECK(out.values()[2] != out.values()[2]);
  const std::vector<std::int64_t> longs{(1ll << 40) + 1, -3};
  ArrayView(longs).gather(std::vector<std::uint32_t>{0, 1}, out);
  CHECK(out == Tensor{1099511627776.0f, -3});
}

TEST_CASE("views of tensors, vectors, spans and arrays", "[array_view]") {
  const Tensor tensor = {{1, 2}, {3, 4}};
  CHECK(ArrayView(tensor).dtype() == DType::float32);
  const ArrayView view = tensor;
  CHECK(view.data() == tensor.data());
  std::vector<std::int64_t> longs{7, 8, 9};
  CHECK(ArrayView(longs).shape() == Shape{3});
  CHECK(ArrayView(std::span(longs)).dtype() == DType::int64);
  CHECK(ArrayView(std::span<const std::int64_t>(longs).subspan(1)).at(0, 0) == 8);
  const Array array({2, 2}, std::vector<std::uint8_t>{1, 2, 3, 255});
  CHECK(ArrayView(array).dtype() == DType::uint8);
  CHECK(ArrayView(array).at(1, 1) == 255);
  CHECK(ArrayView().rows() == 0);
  CHECK(Array().shape() == Shape{0});
  CHECK(std::string(to_string(DType::float64)) + to_string(DType::int32) == "float64int32");
  CHECK(size_of(DType::uint8) + size_of(DType::int64) + size_of(DType::float32) == 13);
}

TEST_CASE("slices of views share their memory and count from their own first row", "[array_view]") {
  const std::vector<double> all = values<double>(40);
  const ArrayView view({10, 4}, all.data());
  const ArrayView part = view.slice(2, 6).slice(3, 2);
  CHECK(part.shape() == Shape{2, 4});
  CHECK(part.at(0, 0) == all[20]);
  CHECK(part.at(1, 3) == all[27]);
  CHECK(view.slice(10, 0).rows() == 0);
  CHECK(view.slice(1, 3).with_row_shape({2, 2}).shape() == Shape{3, 2, 2});
  CHECK(message([&] { view.slice(11, 0); }) ==
        "[array_view] cannot take 0 rows from row 11 on: there are 10");
  CHECK(message([&] { part.slice(0, 3); }) ==
        "[array_view] cannot take 3 rows from row 0 on: there are 2");
  CHECK(message([&] { part.slice(1, SIZE_MAX); }) ==
        "[array_view] cannot take 18446744073709551615 rows from row 1 on: there are 2");
}

TEST_CASE("a view is given unless it was default-constructed", "[array_view]") {
  const Tensor undefined, no_rows = Tensor::zeros({0, 2}), no_columns = Tensor::zeros({4, 0});
  CHECK_FALSE(ArrayView().given());
  CHECK_FALSE(ArrayView(undefined).given());
  CHECK_FALSE(ArrayView(Tensor()).given());
  CHECK_FALSE(ArrayView().slice(0, 0).given());
  const std::vector<float> none;
  std::vector<float> reserved;
  reserved.reserve(8);
  const float* const null = nullptr;
  for (const ArrayView& view :
       {ArrayView(no_rows), ArrayView(no_columns), ArrayView(none), ArrayView(reserved),
        ArrayView(std::vector<float>()), ArrayView(std::span(none)), ArrayView({0, 3}, null),
        ArrayView(Array()), ArrayView(Array({0, 2}, none)), ArrayView(no_columns).slice(0, 0)})
    CHECK(view.given());
  CHECK(ArrayView(no_rows).rows() == 0);
  CHECK(ArrayView(no_columns).rows() == 4);
  CHECK(message([&] {
          ArrayView({2, 3}, null);
        }) == "[array_view] got a null pointer for shape (2, 3)");
}

TEST_CASE("a view of a temporary keeps it alive", "[array_view]") {
  const auto sum = [](const ArrayView& view) {
    double sum = 0;
    for (std::size_t i = 0; i < view.rows(); ++i) sum += view.at(i, 0);
    return sum;
  };
  struct Options {
    ArrayView weights = {};
  };
  Options options{.weights = std::vector<double>(1000, 0.5)};
  CHECK(sum(options.weights) == 500);
  options.weights = Tensor::full({1000, 2}, 3);
  ArrayView part = options.weights.slice(998, 2).with_row_shape({1, 2});
  options.weights = Array({100}, std::vector<std::uint8_t>(100, 7));
  CHECK(sum(options.weights) == 700);
  CHECK(sum(part) == 6);
  part = ArrayView(std::vector<std::int64_t>(50, 2)).slice(10, 40);
  CHECK(sum(part) == 80);

  const auto constant = []() -> const Tensor { return Tensor::ones({64}); };
  const auto constant_array = []() -> const Array {
    return Array({64}, std::vector<std::int32_t>(64, 2));
  };
  const auto constant_vector = []() -> const std::vector<float> { return {1, 2}; };
  const ArrayView tensor = constant(), array = constant_array(), vector = constant_vector();
  CHECK(sum(tensor) + sum(array) + sum(vector) == 64 + 128 + 3);
}

TEST_CASE("a view of something named borrows it", "[array_view]") {
  Tensor tensor = {1, 2};
  std::vector<double> doubles = {3, 4};
  const ArrayView of_tensor = tensor, of_vector = doubles;
  tensor.values()[0] = 5;
  doubles[1] = 6;
  CHECK(of_tensor.at(0, 0) == 5);
  CHECK(of_vector.at(1, 0) == 6);
}

TEST_CASE("a temporary array gives its values away", "[array_view]") {
  const auto load = [] { return Array({3}, std::vector<std::int64_t>{1, 2, 3}); };
  std::int64_t total = 0;
  for (std::int64_t value : load().values<std::int64_t>()) total += value;
  CHECK(total == 6);
  CHECK(load().shape()[0] == 3);
  STATIC_REQUIRE(
      std::is_same_v<decltype(load().values<std::int64_t>()), std::vector<std::int64_t>>);
  const auto load_constant = [&]() -> const Array { return load(); };
  CHECK(load_constant().values<std::int64_t>()[2] == 3);
}

TEST_CASE("consecutive rows are gathered as float32", "[array_view]") {
  const std::vector<std::uint8_t> pixels = values<std::uint8_t>(700 * 28);
  const ArrayView view({700, 7, 4}, pixels.data());
  Tensor out, wanted;
  std::vector<std::uint32_t> rows(650);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i + 20);
  view.gather(rows, wanted);
  view.gather(20, 650, out);
  CHECK(out == wanted);
  view.gather(700, 0, out);
  CHECK(out.shape() == Shape{0, 7, 4});
  CHECK(message([&] { view.gather(51, 650, out); }) ==
        "[array_view] cannot take 650 rows from row 51 on: there are 700");
}

TEST_CASE("rows beyond 2^32 are reached by consecutive numbers only", "[array_view]") {
  const std::size_t size = (std::size_t{1} << 32) + 4096;  // nearly all of it is never touched
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return;
  auto* const bytes = static_cast<std::uint8_t*>(memory);
  bytes[size - 1] = 9;
  const ArrayView view({size}, bytes);
  CHECK(view.at(size - 1, 0) == 9);
  CHECK(view.slice(size - 2, 2).at(1, 0) == 9);
  Tensor out;
  view.gather(size - 2, 2, out);
  CHECK(out == Tensor{0, 9});
  view.slice(size - 8, 8).gather(std::vector<std::uint32_t>{7, 0}, out);
  CHECK(out == Tensor{9, 0});
  CHECK(message([&] { view.gather(std::vector<std::uint32_t>{7}, out); }) ==
        "[array_view] row numbers of 32 bits cannot tell 4294971392 rows apart: gather consecutive "
        "rows, or slices of the view");
  munmap(memory, size);
  CHECK(message([&] {
          ArrayView({1ll << 40, 1ll << 40}, bytes);
        }) == "[shape] (1099511627776, 1099511627776) has more elements than memory");
}

TEST_CASE("what a view refuses", "[array_view][errors]") {
  Tensor out;
  const Tensor scalar = 3;
  CHECK(message([&] { ArrayView(scalar).gather(std::vector<std::uint32_t>{0}, out); }) ==
        "[array_view] a scalar has no rows");
  CHECK(message([&] { ArrayView(scalar).slice(0, 0); }) == "[array_view] a scalar has no rows");
  const std::vector<float> three{1, 2, 3};
  CHECK(message([&] {
          ArrayView(three).gather(std::vector<std::uint32_t>{0, 3}, out);
        }) == "[array_view] row 3 is not one of 3");
  CHECK(message([&] { ArrayView(three).at(3, 0); }) ==
        "[array_view] there is no element 0 of row 3 in shape (3,)");
  CHECK(message([&] {
          Array({2, 2}, std::vector<std::int32_t>{1, 2, 3});
        }) == "[array] got 3 values for shape (2, 2), wanted 4");
  CHECK(message([&] {
          Array({1}, std::vector<double>{1, 2});
        }) == "[array] got 2 values for shape (1,), wanted 1");
}
