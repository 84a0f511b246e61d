#pragma once
// Random words, and dropout with them in the same pass. Part of simd.cpp, which is compiled once
// per instruction set: see there.

#include <algorithm>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

using Longs = xsimd::batch<std::uint64_t, KERATIN_ARCH>;
using Words = xsimd::batch<std::uint32_t, KERATIN_ARCH>;

// The products of the lanes' low halves.
Longs multiply_low(Longs a, Longs b) {
#if defined(__AVX512F__)
  return _mm512_mul_epu32(a, b);
#elif defined(__AVX2__)
  return _mm256_mul_epu32(a, b);
#elif defined(__SSE2__)
  return _mm_mul_epu32(a, b);
#else
  const Longs low(std::uint64_t{0xffffffff});
  return (a & low) * (b & low);
#endif
}

// A block is a long chain of multiplications, so several vectors of blocks are computed side by
// side: a multiple of random_group words.
constexpr std::size_t chains = 4;
constexpr std::size_t words_at_once = chains * Longs::size * 4;
static_assert(words_at_once % random_group == 0);

// The words of so many blocks of random::philox, in groups as RandomBlocks describes them. A lane
// computes one block; only the low halves of c0 to c3 have a meaning.
void random_words(const RandomBlocks& blocks, std::uint32_t* words) {
  constexpr std::size_t blocks_in_group = random_group / 4;
  alignas(64) std::uint64_t counter[Longs::size];
  for (std::size_t i = 0; i < Longs::size; ++i) counter[i] = blocks.first + i;
  Longs c0[chains], c1[chains], c2[chains], c3[chains];
  for (std::size_t i = 0; i < chains; ++i) {
    c0[i] = Longs::load_aligned(counter) + Longs(std::uint64_t{i * Longs::size});
    c1[i] = c0[i] >> 32;
    c2[i] = Longs(blocks.stream);
    c3[i] = Longs(blocks.stream >> 32);
  }
  auto key_0 = static_cast<std::uint32_t>(blocks.seed);
  auto key_1 = static_cast<std::uint32_t>(blocks.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < chains; ++i) {
      const Longs a = multiply_low(c0[i], Longs(std::uint64_t{0xD2511F53}));
      const Longs b = multiply_low(c2[i], Longs(std::uint64_t{0xCD9E8D57}));
      c0[i] = (b >> 32) ^ c1[i] ^ Longs(std::uint64_t{key_0});
      c1[i] = b;
      c2[i] = (a >> 32) ^ c3[i] ^ Longs(std::uint64_t{key_1});
      c3[i] = a;
    }
    key_0 += 0x9E3779B9;
    key_1 += 0xBB67AE85;
  }
  const Longs mask(std::uint64_t{0xffffffff});
  for (std::size_t i = 0; i < chains; ++i) {
    const std::size_t block = i * Longs::size;
    std::uint32_t* to =
        words + block / blocks_in_group * random_group + block % blocks_in_group * 2;
    const Longs first = (c0[i] & mask) | (c1[i] << 32), second = (c2[i] & mask) | (c3[i] << 32);
    bits_as<std::uint32_t>(first).store_aligned(to);
    bits_as<std::uint32_t>(second).store_aligned(to + random_group / 2);
  }
}

void dropout(const float* x, float* y, std::size_t n, RandomBlocks blocks, std::uint32_t limit,
             float scale, bool accumulate) {
  alignas(64) std::uint32_t words[words_at_once];
  alignas(64) float bits[words_at_once];  // all of those of values that are kept
  const auto keep = [scale](Batch value, Batch mask) {
    return bits_as<float>(bits_as<std::uint32_t>(value * Batch(scale)) &
                          bits_as<std::uint32_t>(mask));
  };
  for (std::size_t i = 0; i < n; i += words_at_once, blocks.first += words_at_once / 4) {
    random_words(blocks, words);
    for (std::size_t j = 0; j < words_at_once; j += Words::size) {
      const auto dropped = Words::load_aligned(words + j) < Words(limit);
      const Words mask = xsimd::select(dropped, Words(0u), Words(~0u));
      bits_as<float>(mask).store_aligned(bits + j);
    }
    const std::size_t count = std::min(words_at_once, n - i);
    if (accumulate)
      each<true>(count, y + i, keep, x + i, bits);
    else
      each<false>(count, y + i, keep, x + i, bits);
  }
}

}  // namespace

}  // namespace keratin::kernels
