// The inner loops, for every instruction set that this machine has: values against double
// precision, and that the rest of an array, shorter than a batch, gets the same bits as the
// batches.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "keratin/random.hpp"
#include "kernels/simd_tables.hpp"
#include "support/catch.hpp"
#include "support/gradcheck.hpp"

using namespace keratin;
using namespace keratin::kernels;
namespace fn = keratin::kernels::functions;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

float from_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Floats of every size and either sign, denormals and NaN among them, a dense run where functions
// bend, and the edges of exp.
std::vector<float> all_kinds() {
  std::vector<float> x = {0.0f,   -0.0f,    inf,       -inf,      1e4f, -1e4f,  88.37f,
                          88.38f, 88.5f,    88.72283f, 88.72284f, 89,   -87.3f, -87.7f,
                          -90,    -103.97f, -103.98f,  -104,      -105};
  for (std::uint64_t bits = 0; bits < 1ull << 32; bits += 99991)
    x.push_back(from_bits(static_cast<std::uint32_t>(bits)));
  for (int i = -20000; i <= 20000; ++i) x.push_back(static_cast<float>(i) * 1.0009f / 200);
  return x;
}

bool same(float a, float b) { return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b)); }

// How far `got` is from the true value, in units in the last place of the true value's float;
// denormals have the smallest unit.
double ulps(float got, double wanted) {
  const auto rounded = static_cast<float>(wanted);
  if (!std::isfinite(rounded))
    return (std::isnan(rounded) ? std::isnan(got) : got == rounded) ? 0 : inf;
  const float size = std::max(std::abs(rounded), std::numeric_limits<float>::min());
  return std::abs(got - wanted) / (static_cast<double>(std::nextafter(size, inf)) - size);
}

}  // namespace

TEST_CASE("functions of one input are right to a few units in the last place", "[simd]") {
  struct Row {
    const char* name;
    std::size_t index;
    double (*wanted)(double);
    double bound;  // units in the last place; measured over every 17th float: at most 2.53
  };
  const auto at = []<class F>(F) { return IndexOf<F, Unary>::value; };
  const Row rows[] = {
      {"reciprocal", at(fn::Reciprocal{}), [](double x) { return 1 / x; }, 0.51},
      {"exp", at(fn::Exp{}), [](double x) { return std::exp(x); }, 2.5},
      {"expm1", at(fn::Expm1{}), [](double x) { return std::expm1(x); }, 2.5},
      {"log", at(fn::Log{}), [](double x) { return std::log(x); }, 1},
      {"log1p", at(fn::Log1p{}), [](double x) { return std::log1p(x); }, 1},
      {"sqrt", at(fn::Sqrt{}), [](double x) { return std::sqrt(x); }, 0.51},
      {"rsqrt", at(fn::Rsqrt{}), [](double x) { return 1 / std::sqrt(x); }, 1.5},
      {"square", at(fn::Square{}), [](double x) { return x * x; }, 0.51},
      {"sign", at(fn::Sign{}), [](double x) { return std::isnan(x) ? x : (x > 0) - (x < 0); }, 0},
      {"abs", at(fn::Abs{}), [](double x) { return std::abs(x); }, 0},
      {"erf", at(fn::Erf{}), [](double x) { return std::erf(x); }, 2.5},
      {"relu", at(fn::Relu{}), [](double x) { return x < 0 ? 0 : x; }, 0},
      {"sigmoid", at(fn::Sigmoid{}),
       [](double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); },
       3},
      {"tanh", at(fn::Tanh{}), [](double x) { return std::tanh(x); }, 2},
      {"softplus", at(fn::Softplus{}),
       [](double x) { return x > 700 ? x : std::log1p(std::exp(x)); }, 2.5},
  };
  const std::vector<float> x = all_kinds();
  std::vector<float> y(x.size());
  for (const Simd* table : usable_tables())
    for (const Row& row : rows) {
      table->map[row.index](x.data(), y.data(), x.size(), 0, 0);
      double worst = 0;
      float where = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        if (const double error = ulps(y[i], row.wanted(x[i])); error > worst)
          worst = error, where = x[i];
      INFO(table->name << ' ' << row.name << ", worst at " << where);
      CHECK(worst <= row.bound);
    }
}

TEST_CASE("the rest of an array gets the bits that a batch gives", "[simd]") {
  std::vector<float> a = all_kinds(), b(a.rbegin(), a.rend()), c(a.size());
  for (std::size_t i = 0; i < c.size(); ++i) c[i] = a[(i * 7919) % a.size()];
  constexpr float guard = 123;
  for (const Simd* table : usable_tables()) {
    // whole(n) writes n values to `out`; asked for fewer, it must write just those
    const auto check = [&](const char* what, const auto& run) {
      std::vector<float> whole(1024, 0.5f), part(1025);
      run(whole.data(), std::size_t{1024});
      for (std::size_t n = 0; n <= 1000; n += n < 40 ? 1 : 960) {
        part.assign(1025, 0.5f);
        part[n] = guard;
        run(part.data(), n);
        bool equal = part[n] == guard;
        for (std::size_t i = 0; i < n; ++i) equal = equal && same(part[i], whole[i]);
        INFO(table->name << ' ' << what << " of " << n);
        CHECK(equal);
      }
    };
    for (std::size_t f = 0; f < table->map.size(); ++f) {
      check("map", [&](float* y, std::size_t n) { table->map[f](a.data() + 19, y, n, -0.5f, 1); });
      for (bool accumulate : {false, true})
        check("gradient", [&](float* y, std::size_t n) {
          table->map_gradient[f](a.data() + 19, b.data(), c.data(), y, n, -0.5f, 1, accumulate);
        });
    }
    for (std::size_t f = 0; f < table->map2.size(); ++f) {
      check("map2",
            [&](float* y, std::size_t n) { table->map2[f](a.data() + 19, b.data(), y, n); });
      for (bool accumulate : {false, true}) {
        check("gradient a", [&](float* y, std::size_t n) {
          table->map2_gradient_a[f](a.data() + 19, b.data(), c.data(), b.data(), y, n, accumulate);
        });
        check("gradient b", [&](float* y, std::size_t n) {
          table->map2_gradient_b[f](a.data() + 19, b.data(), c.data(), b.data(), y, n, accumulate);
        });
      }
    }
    for (auto compare : table->compare)
      check("compare", [&](float* y, std::size_t n) { compare(a.data() + 19, b.data(), y, n); });
    check("add", [&](float* y, std::size_t n) { table->add(a.data() + 19, y, n); });
    for (bool accumulate : {false, true})
      check("column_sums", [&](float* y, std::size_t n) {
        table->column_sums(a.data() + 20000, 5, n, 1500, y, accumulate);
      });
    for (auto epilogue : table->epilogue)
      check("epilogue", [&](float* y, std::size_t n) { epilogue(y, b.data() + 20000, 1, n, n); });
    std::vector<float> slot(1024, 0.25f), second(1024, 0.25f);
    check("adam", [&](float* w, std::size_t n) {
      slot.assign(1024, 0.25f), second.assign(1024, 0.25f);
      table->adam(w, slot.data(), second.data(), a.data() + 20000, n,
                  {0.001f, 0.1f, 0.001f, 1e-7f});
    });
    check("sgd", [&](float* w, std::size_t n) {
      slot.assign(1024, 0.25f);
      table->sgd(w, slot.data(), a.data() + 20000, n, 0.01f, 0.9f, true);
    });
  }
}

TEST_CASE("a step of Adam is that of its formula, at its limits, too", "[simd]") {
  constexpr float rate = 0.5f, rate_1 = 0.1f, rate_2 = 0.001f, largest = 3e38f;
  constexpr float inf = std::numeric_limits<float>::infinity();
  for (const Simd* table : usable_tables())
    for (const float epsilon : {1e-7f, 0.0f})
      for (const float gradient : {0.0f, -0.0f, 1e-30f, -1e-12f, 1e-6f, 0.3f, -7.0f, 1e15f, 1e30f,
                                   -1e30f, largest, inf, -inf, NAN})
        for (const float before : {0.0f, 1e-37f, 1e-10f, 2.0f, 1e30f, inf}) {
          CAPTURE(table->name, epsilon, gradient, before);
          float w = 0, m = 0, v = before;
          table->adam(&w, &m, &v, &gradient, 1, {rate, rate_1, rate_2, epsilon});
          const float mean = gradient * rate_1;
          const float square = gradient * gradient;
          const float variance = before + (square - before) * rate_2;
          const double wanted = -double{mean} * rate / (std::sqrt(double{variance}) + epsilon);
          if (std::isnan(wanted))
            CHECK(std::isnan(w));
          else
            CHECK(w == Approx(wanted).epsilon(5e-7).margin(1e-35));
        }
}

TEST_CASE("dropout draws the words of Philox, in groups of eight blocks", "[simd]") {
  constexpr std::uint32_t limit = 1u << 30;
  constexpr float scale = 1.25f;
  const RandomBlocks blocks{0x123456789abcdef0, 0xfedcba9876543210, 0xfffffffa};  // carries
  const auto word = [&](std::size_t i) {
    const std::size_t group = i / random_group, rest = i % random_group;
    const std::size_t half = rest / (random_group / 2), place = rest % (random_group / 2);
    const std::uint64_t block = blocks.first + group * random_group / 4 + place / 2;
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
    return random::philox({low(block), high(block), low(blocks.stream), high(blocks.stream)},
                          {low(blocks.seed), high(blocks.seed)})[2 * half + place % 2];
  };
  std::vector<float> x(1000), y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) - 500.5f;
  for (const Simd* table : usable_tables())
    for (const bool accumulate : {false, true})
      for (const std::size_t n : {1u, 31u, 32u, 129u, 1000u}) {
        std::fill(y.begin(), y.end(), 3.0f);
        table->dropout(x.data(), y.data(), n, blocks, limit, scale, accumulate);
        bool equal = true;
        for (std::size_t i = 0; i < y.size(); ++i) {
          const float kept = word(i) < limit ? 0 : x[i] * scale;
          const float wanted = i >= n ? 3 : accumulate ? 3 + kept : kept;
          equal = equal && y[i] == wanted;
        }
        INFO(table->name << ' ' << n << " values");
        CHECK(equal);
      }
}

TEST_CASE("functions of two inputs are exact", "[simd]") {
  const std::vector<float> a = all_kinds(), b(a.rbegin(), a.rend());
  std::vector<float> y(a.size());
  struct Row {
    const char* name;
    std::size_t index;
    float (*wanted)(float, float);
  };
  const auto at = []<class F>(F) { return IndexOf<F, Binary>::value; };
  const Row rows[] = {
      {"add", at(fn::Add{}), [](float a, float b) { return a + b; }},
      {"subtract", at(fn::Subtract{}), [](float a, float b) { return a - b; }},
      {"multiply", at(fn::Multiply{}), [](float a, float b) { return a * b; }},
      {"divide", at(fn::Divide{}), [](float a, float b) { return a / b; }},
      {"maximum", at(fn::Maximum{}),
       [](float a, float b) {
         return std::isnan(a) ? a : std::isnan(b) ? b : a >= b ? a : b;
       }},
      {"minimum", at(fn::Minimum{}),
       [](float a, float b) {
         return std::isnan(a) ? a : std::isnan(b) ? b : a <= b ? a : b;
       }},
  };
  for (const Simd* table : usable_tables())
    for (const Row& row : rows)
      for (std::size_t shift : {0, 1, 77}) {
        const std::size_t n = a.size() - shift;
        table->map2[row.index](a.data(), b.data() + shift, y.data(), n);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) wrong += !same(y[i], row.wanted(a[i], b[i + shift]));
        INFO(table->name << ' ' << row.name);
        CHECK(wrong == 0);
      }
}
