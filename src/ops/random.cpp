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

void fill_normal(Tensor& values, const random::Generator& start, double mean, double stddev) {
  constexpr std::size_t grain = 1024;
  kernels::parallel_slices(values.size(), grain, [&](std::size_t first, std::size_t count) {
    random::Generator generator = start;
    generator.discard(first);
    for (std::size_t i = first; i < first + count; ++i)
      values.data()[i] = generator.normal(mean, stddev);
  });
}

// What is dropped: the values whose random word is below the limit.
struct Mask {
  static constexpr std::size_t group = kernels::random_group;
  kernels::RandomBlocks blocks;  // from the group on that has the word of the first value
  std::size_t before;            // words of that group in front of it
  std::uint32_t limit;
  float scale;

  // The masked x, or the gradient of x from that of the masked x: both are made anew from the
  // counters, so that no mask has to be stored.
  void apply(const Tensor& x, Tensor& y, bool accumulate) const {
    constexpr std::size_t grain = 8192 / group;
    const std::size_t head = before == 0 ? 0 : std::min(group - before, x.size());
    if (head > 0) apply_to_head(x.data(), y.data(), head, accumulate);
    const std::size_t size = x.size() - head;
    const kernels::RandomBlocks behind = moved(before == 0 ? 0 : group);
    kernels::parallel_slices((size + group - 1) / group, grain,
                             [&](std::size_t first, std::size_t count) {
                               const std::size_t i = first * group;
                               kernels::RandomBlocks from = behind;
                               from.first += i / random::Generator::words_per_block;
                               kernels::simd().dropout(x.data() + head + i, y.data() + head + i,
                                                       std::min(count * group, size - i), from,
                                                       limit, scale, accumulate);
                             });
  }

 private:
  kernels::RandomBlocks moved(std::size_t words) const {
    kernels::RandomBlocks from = blocks;
    from.first += words / random::Generator::words_per_block;
    return from;
  }
  // The values whose words are in the middle of the first group.
  void apply_to_head(const float* x, float* y, std::size_t count, bool accumulate) const {
    float in[group] = {}, out[group] = {};
    std::copy_n(x, count, in + before);
    if (accumulate) std::copy_n(y, count, out + before);
    kernels::simd().dropout(in, out, before + count, blocks, limit, scale, accumulate);
    std::copy_n(out + before, count, y);
  }
};

// The values of x in the numbering of the whole batch: the first that this process has, and how
// many there are.
struct BatchValues {
  std::size_t first, total;
  explicit BatchValues(Node x) {
    const BatchRows rows = x.rows();
    const Shape& shape = x.shape();
    check(shape.empty() || shape.front() == rows.count, "random values", "shape ", shape,
          " does not have the ", rows.count, " rows that this process has of a batch");
    const std::size_t row = shape.empty() ? 1 : shape.without_batch().elements();
    first = rows.first * row;
    total = rows.total * row;
  }
};

}  // namespace

Node dropout(Node x, double rate, random::SeedGenerator& source) {
  check(rate >= 0 && rate <= 1, "dropout", "rate is ", rate, ", wanted 0 to 1");
  if (rate == 0) return x;
  if (rate == 1) return 0.0f * x;
  const random::SeedGenerator::State state = source.state();
  const BatchValues values(x);
  source.take((values.total + kernels::random_group - 1) / kernels::random_group *
              kernels::random_group);
  const std::size_t groups_before = values.first / Mask::group;
  const Mask mask{
      {state.stream.seed, state.stream.number,
       state.next_block + groups_before * Mask::group / random::Generator::words_per_block},
      values.first % Mask::group,
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
    fill_normal(values, source.take(values.size()), mean, stddev);
  });
}

Node random_normal(Node x, double mean, double stddev, random::SeedGenerator& source) {
  return x.tape().make_for_rows_of(x, x.shape(), [&](Tensor& values) {
    const BatchValues whole(x);
    random::Generator start = source.take(whole.total);
    start.discard(whole.first);
    fill_normal(values, start, mean, stddev);
  });
}

}  // namespace keratin::ops
