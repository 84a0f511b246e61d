#pragma once
// Random numbers that are the same on every platform: a counter goes through Philox4x32-10 (Salmon,
// Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011), so the n-th value of
// a stream is a pure function of (seed, stream, n). The seed is the cipher's key; of its 128-bit
// counter the high half is the stream, the low half counts blocks.

#include <array>
#include <cstdint>
#include <span>

namespace keratin {

namespace utils {

/// Starts the library's random numbers afresh: what is drawn from here on depends on `seed` alone,
/// as long as one thread draws. Without it the seed is taken from std::random_device at the first
/// draw.
void set_random_seed(std::uint64_t seed);

}  // namespace utils

namespace random {

/// One sequence of random numbers of a seed's 2^64 such.
struct Stream {
  std::uint64_t seed = 0, number = 0;
};

/// Streams below this are for generators of one's own: a seed's counting starts here.
inline constexpr std::uint64_t first_stream = 2;

/// A stream that nobody else has: each initializer, shuffle and dropout mask draws from one of its
/// own. Any thread may call it.
Stream next_stream();
/// What next_stream() will return next, to write down; and how to go on from there.
Stream state();
void restore(Stream next);

/// Four random words: `key` and `counter` through the ten rounds of Philox4x32.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0],
                        b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

/// Reads a stream from its start. A value: a copy reads the same numbers again.
class Generator {
 public:
  explicit Generator(Stream stream) : stream_(stream) {}
  /// For a seed of one's own: stream 0, before the first that next_stream() gives, so that equal
  /// seeds do not meet.
  explicit Generator(std::uint64_t seed) : Generator(Stream{seed, 0}) {}

  std::uint32_t uint32() {
    if (used_ == block_.size()) refill();
    return block_[used_++];
  }
  /// From [0, 1): a multiple of 2^-24.
  float uniform() { return static_cast<float>(uint32() >> 8) * 0x1p-24f; }
  /// From [low, high), in float32.
  float uniform(double low, double high);
  /// Mean 0, standard deviation 1: one word through the inverse of the normal distribution
  /// function, so |normal()| < 6.4.
  float normal();
  float normal(double mean, double stddev);
  /// The same distribution without what lies further than two standard deviations from the mean.
  float truncated_normal(double mean, double stddev);
  /// From 0 ... n - 1, each exactly as likely (Lemire 2019). Throws for n = 0.
  std::uint32_t bounded(std::uint32_t n);
  /// Fills `order` with 0 ... size - 1 in an order of which each is as likely (Fisher and Yates).
  void permutation(std::span<std::uint32_t> order);

 private:
  void refill();
  Stream stream_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint32_t, 4> block_{};
  std::size_t used_ = 4;
};

}  // namespace random
}  // namespace keratin
