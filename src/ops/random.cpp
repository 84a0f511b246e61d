// Ops that draw random numbers. Values depend on the source alone, not on the threads.

#include "keratin/random.hpp"

#include <algorithm>
#include <cmath>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"

namespace keratin::ops {

namespace {

// What is dropped: the values whose random word is below the limit.
struct Mask {
  kernels::RandomBlocks blocks;
  std::uint32_t limit;
  float scale;

  // The masked x, or the gradient of x from that of the masked x: both are made anew from the
  // counters, so that no mask has to be stored.
  void apply(const Tensor& x, Tensor& y, bool accumulate) const {
    constexpr std::size_t group = kernels::random_group;
    constexpr std::size_t grain = 8192 / group;
    const std::size_t size = x.size();
    kernels::parallel_slices(
        (size + group - 1) / group, grain, [&](std::size_t first, std::size_t count) {
          const std::size_t i = first * group;
          kernels::RandomBlocks from = blocks;
          from.first += i / random::Generator::words_per_block;
          kernels::simd().dropout(x.data() + i, y.data() + i, std::min(count * group, size - i),
                                  from, limit, scale, accumulate);
        });
  }
};

}  // namespace

Node dropout(Node x, double rate, random::SeedGenerator& source) {
  check(rate >= 0 && rate <= 1, "dropout", "rate is ", rate, ", wanted 0 to 1");
  if (rate == 0) return x;
  if (rate == 1) return 0.0f * x;
  const random::SeedGenerator::State state = source.state();
  source.take((x.value().size() + kernels::random_group - 1) / kernels::random_group *
              kernels::random_group);
  const Mask mask{{state.stream.seed, state.stream.number, state.next_block},
                  static_cast<std::uint32_t>(std::llround(std::min(rate * 0x1p32, 4294967295.0))),
                  static_cast<float>(1 / (1 - rate))};
  static constexpr Op op{"dropout"};
  return record(
      op, {x}, x.shape(), [&](Tensor& y) { mask.apply(x.value(), y, false); },
      [x, mask](const Tensor&, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) { mask.apply(dy, dx, keep != 0); });
      });
}

Node random_normal(GradientTape& tape, const Shape& shape, double mean, double stddev,
                   random::SeedGenerator& source) {
  return tape.make(shape, [&](Tensor& values) {
    const random::Generator start = source.take(values.size());
    constexpr std::size_t grain = 1024;
    kernels::parallel_slices(values.size(), grain, [&](std::size_t first, std::size_t count) {
      random::Generator generator = start;
      generator.discard(first);
      for (std::size_t i = first; i < first + count; ++i)
        values.data()[i] = generator.normal(mean, stddev);
    });
  });
}

}  // namespace keratin::ops
