#pragma once
// PRIVATE: the class with the highest score.

#include <cstddef>
#include <limits>

namespace keratin::metrics {

/// Index of the first of the largest among `count` scores that lie `stride` apart; 0 if none is
/// larger than -infinity. As in TensorFlow, NaN is never the largest.
inline std::size_t argmax(const float* scores, std::size_t count, std::size_t stride = 1) {
  std::size_t best = 0;
  float most = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < count; ++i) {  // without branches: rows are short and unpredictable
    const float score = scores[i * stride];
    const bool more = score > most;
    best = more ? i : best;
    most = more ? score : most;
  }
  return best;
}

}  // namespace keratin::metrics
