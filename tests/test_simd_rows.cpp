// The inner loops that take rows (sums, softmax, optimizer steps), for every
// instruction set that this machine has, against plain loops in double, over sizes around the width
// of a batch.

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/simd_tables.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using namespace keratin::kernels;

namespace {

std::vector<float> numbers(std::size_t n, int seed) {
  const Tensor x = test::off_kinks({n}, -3, 3, seed);
  return {x.values().begin(), x.values().end()};
}

// |got - wanted| as a share of 1 + |wanted|, at worst
double worst(const std::vector<float>& got, const std::vector<double>& wanted) {
  double error = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    error = std::max(error, std::abs(got[i] - wanted[i]) / (1 + std::abs(wanted[i])));
  return error;
}

const std::size_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 40, 97, 1000};

}  // namespace

TEST_CASE("sums are as exact as their terms", "[simd]") {
  for (const Simd* table : usable_tables()) {
    INFO(table->name);
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{40},
                          std::size_t{1000}, std::size_t{1000000}}) {
      const std::vector<float> x(n,
                                 0.1f);  // added one by one in float, a million of these are 100958
      CHECK(table->sum(x.data(), n) == Approx(0.1f * static_cast<double>(n)).epsilon(1e-6));
    }
    for (std::size_t columns : {1, 3, 16, 19}) {
      const std::size_t rows = 100000;
      const std::vector<float> x(rows * columns, 0.1f);
      std::vector<float> total(columns, 5000);
      table->column_sums(x.data(), rows, columns, columns, total.data(), false);
      CHECK(worst(total, std::vector<double>(columns, 10000)) < 5e-6);
      table->column_sums(x.data(), rows, columns, columns, total.data(), true);
      CHECK(worst(total, std::vector<double>(columns, 20000)) < 5e-6);
      table->column_sums(x.data(), 0, columns, columns, total.data(), true);
      CHECK(worst(total, std::vector<double>(columns, 20000)) < 5e-6);
      table->column_sums(x.data(), 0, columns, columns, total.data(), false);
      CHECK(total == std::vector<float>(columns, 0));
    }
  }
}

TEST_CASE("softmax of rows of any length", "[simd]") {
  for (const Simd* table : usable_tables())
    for (std::size_t columns :
         {1, 2, 3, 5, 10, 15, 16, 17, 33, 100, 1000, 2047, 2048, 2049, 5000}) {
      const std::size_t rows = columns < 100 ? 300 : 3,
                        n = rows * columns;  // 300 short rows are more than one block
      INFO(table->name << ", columns " << columns);
      const std::vector<float> x = numbers(n, 1), dy = numbers(n, 2);
      std::vector<double> p(n), log_p(n), dp(n), dlog_p(n);
      for (std::size_t i = 0; i < n; i += columns) {
        double total = 0, dot = 0, sum = 0;
        for (std::size_t j = i; j < i + columns; ++j) total += std::exp(static_cast<double>(x[j]));
        for (std::size_t j = i; j < i + columns; ++j) {
          log_p[j] = x[j] - std::log(total);
          p[j] = std::exp(log_p[j]);
          dot += p[j] * dy[j];
          sum += dy[j];
        }
        for (std::size_t j = i; j < i + columns; ++j)
          dp[j] = p[j] * (dy[j] - dot), dlog_p[j] = dy[j] - p[j] * sum;
      }
      std::vector<float> y(x), log_y(x), dx(n), twice(n, 1);
      table->softmax(y.data(), y.data(), rows, columns);  // in place
      table->log_softmax(log_y.data(), log_y.data(), rows, columns);
      double relative = 0;
      for (std::size_t i = 0; i < n; ++i) relative = std::max(relative, std::abs(y[i] / p[i] - 1));
      CHECK(relative < 1e-6);
      CHECK(worst(log_y, log_p) < 2e-7);
      for (bool accumulate : {false, true}) {
        for (double& value : dp) value += accumulate ? 1 : 0;
        for (double& value : dlog_p) value += accumulate ? 1 : 0;
        dx.assign(n, 1), twice.assign(n, 1);
        table->softmax_gradient(y.data(), dy.data(), dx.data(), rows, columns, accumulate);
        table->log_softmax_gradient(log_y.data(), dy.data(), twice.data(), rows, columns,
                                    accumulate);
        CHECK(worst(dx, dp) < 5e-7);
        CHECK(worst(twice, dlog_p) < 2e-6);
      }
    }
}

TEST_CASE("optimizer steps and conversions", "[simd]") {
  for (const Simd* table : usable_tables())
    for (std::size_t n : sizes) {
      INFO(table->name << ", size " << n);
      const std::vector<float> g = numbers(n, 1), w0 = numbers(n, 2), m0 = numbers(n, 3);
      std::vector<float> v0 = numbers(n, 4), w = w0, m = m0;
      for (float& value : v0) value = std::abs(value);
      std::vector<float> v = v0;
      const AdamStep step{0.01f, 0.1f, 0.01f, 1e-3f};
      table->adam(w.data(), m.data(), v.data(), g.data(), n, step);
      std::vector<double> wanted(n), plain(n), momentum(n), nesterov(n);
      for (std::size_t i = 0; i < n; ++i) {
        const double mi = m0[i] + (g[i] - m0[i]) * 0.1,
                     vi = v0[i] + (static_cast<double>(g[i]) * g[i] - v0[i]) * 0.01;
        wanted[i] = w0[i] - 0.01 * mi / (std::sqrt(vi) + 1e-3);
        plain[i] = w0[i] - 0.01 * g[i];
        const double velocity = 0.9 * m0[i] - 0.01 * g[i];
        momentum[i] = w0[i] + velocity;
        nesterov[i] = w0[i] + 0.9 * velocity - 0.01 * g[i];
      }
      CHECK(worst(w, wanted) < 2e-7);
      table->sgd((w = w0).data(), nullptr, g.data(), n, 0.01f, 0, false);
      CHECK(worst(w, plain) < 2e-7);
      table->sgd((w = w0).data(), (m = m0).data(), g.data(), n, 0.01f, 0.9f, false);
      CHECK(worst(w, momentum) < 2e-7);
      table->sgd((w = w0).data(), (m = m0).data(), g.data(), n, 0.01f, 0.9f, true);
      CHECK(worst(w, nesterov) < 4e-7);
      std::vector<std::uint8_t> bytes(n);
      for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::uint8_t>(37 * i);
      table->from_uint8(bytes.data(), w.data(), n);
      CHECK(w == std::vector<float>(bytes.begin(), bytes.end()));
    }
}
