// Arrays in their own type, and their rows as float32: every type, small and in parallel.

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
  CHECK(ArrayView(tensor).data() == tensor.data());
  std::vector<std::int64_t> longs{7, 8, 9};
  CHECK(ArrayView(longs).shape() == Shape{3});
  CHECK(ArrayView(std::span(longs)).dtype() == DType::int64);
  CHECK(ArrayView(std::span<const std::int64_t>(longs).subspan(1)).at(0, 0) == 8);
  const Array array({2, 2}, std::vector<std::uint8_t>{1, 2, 3, 255});
  CHECK(ArrayView(array).dtype() == DType::uint8);
  CHECK(ArrayView(array).at(1, 1) == 255);
  CHECK(ArrayView().empty());
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
  CHECK(message([&] { view.slice(11, 0); }) == "[array_view] rows 11 to 11 are not all among 10");
  CHECK(message([&] { part.slice(0, 3); }) == "[array_view] rows 0 to 3 are not all among 2");
}

TEST_CASE("what a view refuses", "[array_view][errors]") {
  Tensor out;
  const Tensor scalar = 3;
  CHECK(message([&] { ArrayView(scalar).gather(std::vector<std::uint32_t>{0}, out); }) ==
        "[array_view] a scalar has no rows");
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
