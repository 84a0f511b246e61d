#pragma once
// Random words, and dropout with them in the same pass. Part of simd.cpp, which is compiled once
// per instruction set: see there.

#include <algorithm>

#include "kernels/simd_batches.hpp"

namespace keratin::kernels {

namespace {

using Longs = xsimd::batch<std::uint64_t, KERATIN_ARCH>;

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

// The words of `random_group / 4` blocks of random::philox: first words 0 and 1 of each block, then
// words 2 and 3 of each. A lane computes one block; only the low halves of c0 to c3 have a meaning.
void random_words(const RandomBlocks& blocks, std::uint32_t* words) {
  constexpr std::size_t count = random_group / 4;
  alignas(64) std::uint64_t counter[count], low[count], high[count];
  for (std::size_t i = 0; i < count; ++i) counter[i] = blocks.first + i;
  const Longs mask(std::uint64_t{0xffffffff});
  for (std::size_t i = 0; i < count; i += Longs::size) {
    Longs c0 = Longs::load_aligned(counter + i), c1 = c0 >> 32;
    Longs c2(blocks.stream), c3(blocks.stream >> 32);
    auto key_0 = static_cast<std::uint32_t>(blocks.seed);
    auto key_1 = static_cast<std::uint32_t>(blocks.seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const Longs a = multiply_low(c0, Longs(std::uint64_t{0xD2511F53}));
      const Longs b = multiply_low(c2, Longs(std::uint64_t{0xCD9E8D57}));
      c0 = (b >> 32) ^ c1 ^ Longs(std::uint64_t{key_0});
      c1 = b;
      c2 = (a >> 32) ^ c3 ^ Longs(std::uint64_t{key_1});
      c3 = a;
      key_0 += 0x9E3779B9;
      key_1 += 0xBB67AE85;
    }
    ((c0 & mask) | (c1 << 32)).store_aligned(low + i);
    ((c2 & mask) | (c3 << 32)).store_aligned(high + i);
  }
  for (std::size_t i = 0; i < count; ++i) {
    words[2 * i] = static_cast<std::uint32_t>(low[i]);
    words[2 * i + 1] = static_cast<std::uint32_t>(low[i] >> 32);
    words[2 * (count + i)] = static_cast<std::uint32_t>(high[i]);
    words[2 * (count + i) + 1] = static_cast<std::uint32_t>(high[i] >> 32);
  }
}

void dropout(const float* x, float* y, std::size_t n, RandomBlocks blocks, std::uint32_t limit,
             float scale, bool accumulate) {
  std::uint32_t words[random_group];
  for (std::size_t i = 0; i < n; i += random_group, blocks.first += random_group / 4) {
    random_words(blocks, words);
    const std::size_t count = std::min(random_group, n - i);
    if (accumulate) {
      for (std::size_t j = 0; j < count; ++j) y[i + j] += words[j] < limit ? 0 : x[i + j] * scale;
    } else {
      for (std::size_t j = 0; j < count; ++j) y[i + j] = words[j] < limit ? 0 : x[i + j] * scale;
    }
  }
}

}  // namespace

}  // namespace keratin::kernels
