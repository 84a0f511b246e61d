#include "metrics/thresholds.hpp"

#include "keratin/check.hpp"

namespace keratin::metrics {

std::vector<double> checked_thresholds(const char* class_name, const Thresholds& thresholds) {
  for (double threshold : thresholds.values())
    check(threshold >= 0 && threshold <= 1, class_name, "threshold ", threshold,
          " is outside of [0, 1]");
  return thresholds.values();
}

std::vector<double> even_thresholds(const char* class_name, int count) {
  check(count > 0, class_name, "num_thresholds is ", count, ", wanted 1 or more");
  if (count == 1) return {0.5};
  std::vector<double> thresholds;
  for (int i = 0; i < count; ++i) thresholds.push_back(static_cast<double>(i) / (count - 1));
  return thresholds;
}

}  // namespace keratin::metrics
