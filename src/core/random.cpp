#include "keratin/random.hpp"

#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

#include "keratin/check.hpp"

// Results have the same bits on every platform: this file uses only operations that IEEE 754 rounds
// exactly (+ - * / sqrt), never libm's log or exp, whose last bits vary, and CMakeLists.txt
// compiles it without fused multiply-adds.

namespace keratin::random {

namespace {

// The stream of a given seed that a SeedGenerator reads. A Generator of that seed reads stream 0.
constexpr std::uint64_t seed_generator_stream = 1;
static_assert(seed_generator_stream < first_stream);

std::uint64_t nondeterministic_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

// The stream that next_stream() will return next.
struct Next {
  std::atomic<std::uint64_t> seed, stream = first_stream;
};

Next& next() {
  static Next next{.seed = nondeterministic_seed()};
  return next;
}

// Natural logarithm of a positive normal number: log(m 2^e) = e log 2 + 2 atanh((m - 1) / (m + 1)),
// m in [sqrt(1/2), sqrt(2)).
double logarithm(double x) {
  constexpr double sqrt_half = 0.70710678118654752440, log_2 = 0.69314718055994530942;
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < sqrt_half) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1), z = s * s;                     // z <= 0.0295
  double series = 0;                                                 // z/3 + z^2/5 + ...
  for (int k = 23; k >= 3; k -= 2) series = (series + 1.0 / k) * z;  // z^12/25 is below 1e-19
  return exponent * log_2 + 2 * (s + s * series);
}

// Coefficients from the highest power down.
template <std::size_t N>
double polynomial(const double (&coefficients)[N], double x) {
  double y = 0;
  for (double coefficient : coefficients) y = y * x + coefficient;
  return y;
}

// The inverse of the normal distribution function, with a relative error of 1e-16: Wichura,
// algorithm AS 241 (PPND16), Applied Statistics 37, 1988. Its third branch, for p or 1 - p below
// 1.4e-11, is left out: here both are at least 2^-33.
double normal_quantile(double p) {
  static constexpr double a[] = {2.5090809287301226727e3, 3.3430575583588128105e4,
                                 6.7265770927008700853e4, 4.5921953931549871457e4,
                                 1.3731693765509461125e4, 1.9715909503065514427e3,
                                 1.3314166789178437745e2, 3.3871328727963666080};
  static constexpr double b[] = {5.2264952788528545610e3, 2.8729085735721942674e4,
                                 3.9307895800092710610e4, 2.1213794301586595867e4,
                                 5.3941960214247511077e3, 6.8718700749205790830e2,
                                 4.2313330701600911252e1, 1};
  static constexpr double c[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
                                 2.41780725177450611770e-1, 1.27045825245236838258,
                                 3.64784832476320460504,    5.76949722146069140550,
                                 4.63033784615654529590,    1.42343711074968357734};
  static constexpr double d[] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
                                 1.51986665636164571966e-2, 1.48103976427480074590e-1,
                                 6.89767334985100004550e-1, 1.67638483018380384940,
                                 2.05319162663775882187,    1};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double r = std::sqrt(-logarithm(q < 0 ? p : 1 - p));
  const double tail = polynomial(c, r - 1.6) / polynomial(d, r - 1.6);
  return q < 0 ? -tail : tail;
}

// The middle of the word's interval among 2^32 equal parts of (0, 1): never 0 or 1.
double probability(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

}  // namespace

Stream next_stream() {
  const std::uint64_t stream = next().stream.fetch_add(1);
  return {next().seed, stream};
}

Stream state() { return {next().seed, next().stream}; }

void restore(Stream stream) {
  next().seed = stream.seed;
  next().stream = stream.number;
}

void Generator::refill() {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); };
  block_ = philox({low(next_block_), high(next_block_), low(stream_.number), high(stream_.number)},
                  {low(stream_.seed), high(stream_.seed)});
  ++next_block_;
  used_ = 0;
}

void Generator::discard(std::uint64_t count) {
  const std::uint64_t left = block_.size() - used_;
  if (count <= left) {
    used_ += static_cast<std::size_t>(count);
    return;
  }
  count -= left;
  next_block_ += count / block_.size();
  used_ = block_.size();
  if (const std::uint64_t words = count % block_.size()) {
    refill();
    used_ = static_cast<std::size_t>(words);
  }
}

float Generator::uniform(double low, double high) {
  const auto value = static_cast<float>(low + (high - low) * uniform());
  const auto end = static_cast<float>(high);
  // Rounding may have reached the end, which does not belong to the interval.
  return value < end ? value : std::nextafter(end, static_cast<float>(low));
}

float Generator::normal() { return static_cast<float>(normal_quantile(probability(uint32()))); }

float Generator::normal(double mean, double stddev) {
  return static_cast<float>(mean + stddev * normal_quantile(probability(uint32())));
}

float Generator::truncated_normal(double mean, double stddev) {
  constexpr double below = 0.022750131948179207200;  // the normal distribution function at -2
  const double p = below + (1 - 2 * below) * probability(uint32());
  return static_cast<float>(mean + stddev * normal_quantile(p));
}

std::uint32_t Generator::bounded(std::uint32_t n) {
  check(n > 0, "random", "bounded(0): there is no number below 0");
  std::uint64_t product = std::uint64_t{uint32()} * n;
  if (static_cast<std::uint32_t>(product) < n) {
    // 2^32 is no multiple of n: the words left over would make some numbers likelier.
    const std::uint32_t left_over = -n % n;
    while (static_cast<std::uint32_t>(product) < left_over) product = std::uint64_t{uint32()} * n;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

void Generator::permutation(std::span<std::uint32_t> order) {
  check(order.size() <= std::numeric_limits<std::uint32_t>::max(), "random", "cannot shuffle ",
        order.size(), " numbers, wanted fewer than 2^32");
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[bounded(static_cast<std::uint32_t>(i))]);
}

SeedGenerator::SeedGenerator(std::optional<std::uint64_t> seed)
    : state_{seed ? Stream{*seed, seed_generator_stream} : next_stream()} {}

Generator SeedGenerator::take(std::uint64_t count) {
  const Generator generator(state_.stream, state_.next_block);
  constexpr std::uint64_t words = Generator::words_per_block;
  state_.next_block += count / words + (count % words != 0);
  return generator;
}

Generator SeedGenerator::take(const BatchRows& rows, std::uint64_t words) {
  Generator generator = take(rows.total * words);
  generator.discard(rows.first * words);
  return generator;
}

}  // namespace keratin::random

namespace keratin::utils {

void set_random_seed(std::uint64_t seed) { random::restore({seed, random::first_stream}); }

}  // namespace keratin::utils
