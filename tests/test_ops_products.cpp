// matmul and linear: small ones against central differences, large ones, which are cut into tiles,
// against plain loops in double.

#include <cmath>
#include <limits>
#include <vector>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"
#include "kernels/gemm.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using namespace keratin::test;
using In = std::span<const Node>;

namespace {

// Whole numbers, but the first column of x halves and the first row of the kernel odd: no product
// is nearer to 0 than 1/2, where relu has its kink.
Tensor halves(const Shape& shape, bool kernel) {
  Tensor x = off_kinks(shape, -2, 2, kernel ? 2 : 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    float& value = x.values()[i];
    value = std::floor(value);
    if (kernel ? i < shape.back() : i % shape.back() == 0)
      value = kernel ? 2 * value + 1 : value + 0.5f;
  }
  return x;
}

// Four in five become zeros, some of them negative, and a whole run of columns.
void thin_out(Tensor& x) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i * 2654435761u % 4294967296u > 858993459u || i % x.shape().back() / 70 == 1)
      x.values()[i] = i % 2 ? 0.0f : -0.0f;
}

// relu(x kernel + bias) and its gradients against plain loops in double. x, dy and the kernel are
// unlike, so that a transposed or shifted one shows.
void check_large_product(const Tensor& x, std::size_t n) {
  const std::size_t m = x.shape()[0], k = x.shape()[1];
  const Tensor kernel = off_kinks({k, n}, -1, 1, 2), bias = off_kinks({n}, -1, 1, 3),
               dy = off_kinks({m, n}, -1, 1, 4);
  GradientTape tape;
  const Node a = tape.watch(x), b = tape.watch(kernel), c = tape.watch(bias);
  const Node y = ops::linear(a, b, c, ops::Fused::relu),
             again = ops::linear(a, b, c, ops::Fused::relu);  // the second adds its gradients
  tape.backward(y * tape.constant(dy) + again * tape.constant(dy));
  std::vector<double> dx(m * k), dw(k * n), db(n), scale_x(m * k), scale_w(k * n);
  double worst = 0;
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double total = bias.values()[j], scale = 1;
      for (std::size_t l = 0; l < k; ++l) {
        const double term = static_cast<double>(x.values()[i * k + l]) *
                            static_cast<double>(kernel.values()[l * n + j]);
        total += term;
        scale += std::abs(term);
      }
      const double got = y.value().values()[i * n + j];
      worst = std::max(worst, std::abs(got - std::max(total, 0.0)) / scale);
      if (!(got > 0)) continue;  // ours, as a total near 0 may round either way
      const double slope = 2 * static_cast<double>(dy.values()[i * n + j]);
      db[j] += slope;
      for (std::size_t l = 0; l < k; ++l) {
        dx[i * k + l] += slope * kernel.values()[l * n + j];
        dw[l * n + j] += slope * x.values()[i * k + l];
        scale_x[i * k + l] += std::abs(slope * kernel.values()[l * n + j]);
        scale_w[l * n + j] += std::abs(slope * x.values()[i * k + l]);
      }
    }
  CHECK(worst < 5e-7);
  double worst_x = 0, worst_w = 0, worst_b = 0;
  for (std::size_t i = 0; i < dx.size(); ++i)
    worst_x = std::max(worst_x, std::abs(a.grad().values()[i] - dx[i]) / (1 + scale_x[i]));
  for (std::size_t i = 0; i < dw.size(); ++i)
    worst_w = std::max(worst_w, std::abs(b.grad().values()[i] - dw[i]) / (1 + scale_w[i]));
  const double scale_b = 1 + static_cast<double>(m);
  for (std::size_t i = 0; i < db.size(); ++i)
    worst_b = std::max(worst_b, std::abs(c.grad().values()[i] - db[i]) / scale_b);
  CHECK(worst_x < 5e-7);
  CHECK(worst_w < 5e-7);
  CHECK(worst_b < 5e-7);
}

}  // namespace

TEST_CASE("gradients of matmul", "[ops][gradients]") {
  const auto f = [](In in) { return ops::matmul(in[0], in[1]); };
  for (std::size_t m : {1, 2, 5})
    for (std::size_t n : {1, 3, 18})
      for (std::size_t k : {1, 4, 19})
        check_gradients(concat("matmul ", m, ' ', n, ' ', k), f,
                        {off_kinks({m, k}), off_kinks({k, n}, -2, 2, 2)});
}

TEST_CASE("gradients of linear", "[ops][gradients]") {
  for (const Shape& in : {Shape{3}, Shape{2, 3}, Shape{2, 2, 3}})
    for (auto activation : {ops::Fused::none, ops::Fused::relu, ops::Fused::tanh}) {
      const std::string name = concat("linear ", in, " fused ", static_cast<int>(activation));
      const double step = activation == ops::Fused::tanh
                              ? 1.0 / 128
                              : 1.0 / 32;  // tanh of large numbers bends sharply
      check_gradients(name, [&](In in) { return ops::linear(in[0], in[1], {}, activation); },
                      {halves(in, false), halves({3, 4}, true)}, {.step = step});
      check_gradients(name + " with bias",
                      [&](In in) { return ops::linear(in[0], in[1], in[2], activation); },
                      {halves(in, false), halves({3, 4}, true), {-1, 0, 1, 2}}, {.step = step});
    }
}

TEST_CASE("linear of an inner size 0 is its bias", "[ops]") {
  const Tensor x = Tensor::zeros({2, 0}), kernel = Tensor::zeros({0, 3}), bias = {1, 2, 3};
  GradientTape tape;
  CHECK(ops::linear(tape.constant(x), tape.constant(kernel), tape.constant(bias)).value() ==
        Tensor{{1, 2, 3}, {1, 2, 3}});
  CHECK(ops::matmul(tape.constant(x), tape.constant(kernel)).value() == Tensor::zeros({2, 3}));
}

TEST_CASE("large products agree with plain loops", "[ops][gemm]") {
  struct Row {
    std::size_t m, n, k;
  };
  const Row rows[] = {{1, 600, 800},  {2, 600, 800},  {300, 70, 260},  {70, 300, 260},
                      {257, 129, 65}, {515, 600, 70}, {128, 128, 128}, {640, 10, 84},
                      {256, 84, 784}, {3, 2, 5000},   {5000, 3, 2},    {1, 1, 30000},
                      {30000, 1, 1},  {1, 30000, 1},  {200, 1, 200},   {129, 515, 31},
                      {1000, 33, 17}, {50, 1153, 70}, {300, 129, 65}};
  for (const auto& [m, n, k] : rows) {
    CAPTURE(m, n, k);
    Tensor x = off_kinks({m, k}, -1, 1, 1);
    check_large_product(x, n);
    thin_out(x);  // many zeros take another way
    check_large_product(x, n);
  }
}

TEST_CASE("sums of no terms are 0, and no rows are no trouble", "[gemm]") {
  const std::vector<float> values(1600);
  for (const bool transpose_a : {false, true})
    for (const bool transpose_b : {false, true})
      for (const std::size_t m : {0u, 1u, 40u})
        for (const std::size_t k : {0u, 40u}) {
          CAPTURE(transpose_a, transpose_b, m, k);
          std::vector<float> c(m * 40, 3);
          kernels::gemm(values.data(), values.data(), c.data(), m, 40, k,
                        {.transpose_a = transpose_a, .transpose_b = transpose_b});
          CHECK(c == std::vector<float>(m * 40));
        }
}

TEST_CASE("infinity and NaN reach a product through zeros", "[ops][gemm]") {
  constexpr float inf = std::numeric_limits<float>::infinity(),
                  nan = std::numeric_limits<float>::quiet_NaN();
  // Few and many rows, one and several strips of columns: each takes another way.
  const std::size_t m = GENERATE(100, 300), n = GENERATE(30, 200);
  CAPTURE(m, n);
  Tensor x = off_kinks({m, 200}, -1, 1, 1);
  thin_out(x);
  x.values()[7 * 200 + 75] = nan;
  Tensor kernel = off_kinks({200, n}, -1, 1, 2);
  kernel.values()[150 * n + 3] = inf;
  kernel.values()[199 * n + 29] = nan;
  GradientTape tape;
  const Node a = tape.watch(x), b = tape.watch(kernel);
  const Node y = ops::matmul(a, b);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const float value = y.value().values()[i * n + j], at = x.values()[i * 200 + 150];
      CAPTURE(i, j);
      if (j == 29 || i == 7 || (j == 3 && at == 0))
        CHECK(std::isnan(value));
      else
        CHECK(value == (j == 3 ? std::copysign(inf, at) : value));
      if (j != 29 && i != 7 && j != 3) CHECK(std::isfinite(value));
    }
  Tensor dy = off_kinks({m, n}, -1, 1, 3);
  dy.values()[20 * n + 5] = inf;
  tape.backward(y * tape.constant(dy));
  for (std::size_t l = 0; l < 200; ++l) {
    CAPTURE(l);
    CHECK_FALSE(std::isfinite(b.grad().values()[l * n + 5]));
    CHECK(std::isfinite(b.grad().values()[l * n + 6]) == (l != 75));
  }
}

TEST_CASE("a product of rank 3 is that of its rows", "[ops][gemm]") {
  const Tensor x = off_kinks({20, 30, 40}, -1, 1), kernel = off_kinks({40, 50}, -1, 1, 2),
               bias = off_kinks({50}, -1, 1, 3);
  GradientTape tape;
  const Node w = tape.watch(kernel), b = tape.watch(bias);
  const Node deep = ops::linear(tape.constant(x), w, b, ops::Fused::tanh);
  const Node flat = ops::linear(ops::reshape(tape.constant(x), {600, 40}), w, b, ops::Fused::tanh);
  CHECK(deep.shape() == Shape{20, 30, 50});
  CHECK(deep.value().reshaped({600, 50}) == flat.value());
  tape.backward(weigh(deep));
  const Tensor dw = w.grad(), db = b.grad();
  tape.backward(weigh(flat));
  CHECK(w.grad() == dw);
  CHECK(b.grad() == db);
}

TEST_CASE("products say which sizes differ", "[ops][messages]") {
  GradientTape tape;
  const Tensor a = Tensor::zeros({2, 3}), b = Tensor::zeros({4, 5}), c = Tensor::zeros({3, 5}),
               d = Tensor::zeros({2, 2, 3}), s = 1.0f;
  const Node na = tape.constant(a), nb = tape.constant(b), nc = tape.constant(c),
             nd = tape.constant(d), ns = tape.constant(s);
  CHECK_THROWS_WITH(ops::matmul(na, nb), "[matmul] inner sizes differ: (2, 3) x (4, 5)");
  CHECK_THROWS_WITH(ops::matmul(nd, nc), "[matmul] inner sizes differ: (2, 2, 3) x (3, 5)");
  CHECK_THROWS_WITH(ops::linear(na, nb), "[linear] inner sizes differ: (2, 3) x (4, 5)");
  CHECK_THROWS_WITH(ops::linear(ns, nc), "[linear] inner sizes differ: () x (3, 5)");
  CHECK_THROWS_WITH(ops::linear(na, nc, nb), "[linear] bias has shape (4, 5), wanted (5,)");
}
