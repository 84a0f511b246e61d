#pragma once
// Random numbers that are the same on every platform: a counter goes through Philox4x32-10 (Salmon,
// Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011), so the n-th value of
// a stream is a pure function of (seed, stream, n). The seed is the cipher's key; of its 128-bit
// counter the high half is the stream, the low half counts blocks.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "keratin/batch_rows.hpp"

namespace KERATIN_API keratin {

namespace utils {

/// Restarts the library's random numbers: everything drawn afterwards depends on `seed` alone, as
/// long as one thread draws. Without this call the seed comes from std::random_device at the first
/// draw.
void set_random_seed(std::uint64_t seed);

}  // namespace utils

namespace random {

/// One of the 2^64 sequences of random numbers that belong to a seed.
struct Stream {
  std::uint64_t seed = 0, number = 0;

  friend bool operator==(const Stream&, const Stream&) = default;
};

/// next_stream() starts here; the streams below are for generators with a seed of their own.
inline constexpr std::uint64_t first_stream = 2;

/// A stream that was not handed out before: each initializer, shuffle and dropout mask draws from
/// one of its own. May be called from any thread.
Stream next_stream();
/// The stream that next_stream() will return next, so that it can be saved.
Stream state();
/// Makes `next` the stream that next_stream() returns next.
void restore(Stream next);

/// Four random words: ten rounds of Philox4x32 applied to `counter` under `key`.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

/// Reads a stream from its start. A copy continues with the same numbers as the original.
class Generator {
 public:
  static constexpr std::size_t words_per_block = 4;

  explicit Generator(Stream stream) : Generator(stream, 0) {}
  /// Starts at a later block of words.
  Generator(Stream stream, std::uint64_t first_block) : stream_(stream), next_block_(first_block) {}
  /// Stream 0 of `seed`. next_stream() never returns it, so a layer and the library may have equal
  /// seeds without drawing the same numbers.
  explicit Generator(std::uint64_t seed) : Generator(Stream{seed, 0}) {}

  std::uint32_t uint32() {
    if (used_ == block_.size()) refill();
    return block_[used_++];
  }
  /// Skips `count` words in constant time. Every distribution but bounded() reads one word per
  /// value, so that discard(i) skips i of its values.
  void discard(std::uint64_t count);
  /// A multiple of 2^-24 from [0, 1).
  float uniform() { return static_cast<float>(uint32() >> 8) * 0x1p-24f; }
  /// From [low, high).
  float uniform(double low, double high);
  /// Mean 0, standard deviation 1: the inverse of the normal distribution function at one word, so
  /// that |normal()| < 6.4.
  float normal();
  float normal(double mean, double stddev);
  /// The same distribution, restricted to two standard deviations around the mean.
  float truncated_normal(double mean, double stddev);
  /// One of 0 ... n - 1, all equally likely (Lemire, "Fast random integer generation in an
  /// interval", 2019). Throws for n = 0.
  std::uint32_t bounded(std::uint32_t n);
  /// Fills `order` with 0 ... size - 1 in random order, all orders equally likely (Fisher and
  /// Yates). Throws for 2^32 numbers or more.
  void permutation(std::span<std::uint32_t> order);

 private:
  void refill();
  Stream stream_;
  std::uint64_t next_block_ = 0;
  std::array<std::uint32_t, words_per_block> block_{};
  std::size_t used_ = words_per_block;  // words of block_ that were returned: all, at first
};

/// The source of random numbers of one layer, as keras.random.SeedGenerator is. It reads one stream
/// from its start; take() hands out the next part. Its state can be saved with the layer: a source
/// that has the same state goes on with the same numbers. One thread at a time may use it.
class SeedGenerator {
 public:
  /// Where a source stands in its stream.
  struct State {
    Stream stream = {};
    std::uint64_t next_block = 0;  // the first block that was not handed out

    friend bool operator==(const State&, const State&) = default;
  };

  /// From a stream of its own, so that no two sources give the same numbers. With a seed, from
  /// stream 1 of that seed: sources of equal seeds give the same.
  explicit SeedGenerator(std::optional<std::uint64_t> seed = {});

  /// A generator of the next `count` words. The source moves on past them, so that no later one
  /// gives them again. Threads may share the work: each copies the generator and lets its copy
  /// discard() the words before its own part, and the values do not depend on how it was divided.
  Generator take(std::uint64_t count);
  /// The same for `words` words for each of a batch's rows: moves past those of all rows, and gives
  /// a generator of those of the rows that this process has. See Node::rows().
  Generator take(const BatchRows& rows, std::uint64_t words);

  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  State state_;
};

}  // namespace random
}  // namespace keratin
