#pragma once
// PRIVATE: the thresholds that metrics compare predictions with.

#include <vector>

#include "keratin/metrics/optional_numbers.hpp"

namespace keratin::metrics {

/// What a prediction that is not in the top k becomes; also the threshold when only top_k is given.
/// Keras's.
inline constexpr float not_in_top_k = -1e10f;

/// The given thresholds. Throws std::invalid_argument for one outside of [0, 1].
std::vector<double> checked_thresholds(const char* class_name, const Thresholds& thresholds);

/// `count` thresholds evenly spread from 0 to 1; one alone is 0.5. Throws std::invalid_argument for
/// a count below 1.
std::vector<double> even_thresholds(const char* class_name, int count);

}  // namespace keratin::metrics
