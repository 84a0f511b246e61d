#pragma once
// The published MNIST run, and TF-Keras 2.9.3's own spread around it: 32 runs of the same script,
// seeds 1 to 32.

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <keratin/logs.hpp>
#include <vector>

namespace published {

inline constexpr const char* columns[] = {"loss", "acc", "val_loss", "val_acc"};
inline constexpr int keras_runs = 32;

struct Cell {
  double published, mean,
      sd;  // the single published run; Keras's mean and standard deviation over its runs
};

// epoch by epoch: loss, acc, val_loss, val_acc
inline constexpr Cell run[10][4] = {{{7.8607, 6.9307, 0.8043},
                                     {0.8184, 0.8160, 0.0203},
                                     {1.7445, 1.5967, 0.3506},
                                     {0.8789, 0.8583, 0.0339}},
                                    {{1.1011, 1.0655, 0.2244},
                                     {0.8854, 0.8714, 0.0249},
                                     {0.9082, 0.8419, 0.1698},
                                     {0.8821, 0.8749, 0.0187}},
                                    {{0.5729, 0.5933, 0.0861},
                                     {0.8998, 0.8947, 0.0146},
                                     {0.6689, 0.6257, 0.0842},
                                     {0.8927, 0.8935, 0.0106}},
                                    {{0.3911, 0.4178, 0.0395},
                                     {0.9203, 0.9128, 0.0101},
                                     {0.5406, 0.5315, 0.0644},
                                     {0.9097, 0.9054, 0.0080}},
                                    {{0.3016, 0.3240, 0.0235},
                                     {0.9306, 0.9258, 0.0087},
                                     {0.5024, 0.4791, 0.0544},
                                     {0.9182, 0.9150, 0.0068}},
                                    {{0.2443, 0.2654, 0.0184},
                                     {0.9405, 0.9351, 0.0075},
                                     {0.4571, 0.4386, 0.0428},
                                     {0.9242, 0.9215, 0.0052}},
                                    {{0.2076, 0.2256, 0.0180},
                                     {0.9469, 0.9422, 0.0067},
                                     {0.4173, 0.4196, 0.0405},
                                     {0.9282, 0.9261, 0.0054}},
                                    {{0.1852, 0.1964, 0.0173},
                                     {0.9514, 0.9477, 0.0061},
                                     {0.4335, 0.3995, 0.0411},
                                     {0.9287, 0.9299, 0.0048}},
                                    {{0.1576, 0.1757, 0.0167},
                                     {0.9577, 0.9521, 0.0058},
                                     {0.4217, 0.3852, 0.0438},
                                     {0.9342, 0.9338, 0.0040}},
                                    {{0.1455, 0.1575, 0.0158},
                                     {0.9597, 0.9560, 0.0053},
                                     {0.4151, 0.3744, 0.0360},
                                     {0.9344, 0.9359, 0.0041}}};

struct Spread {
  double mean = 0, sd = 0;
};

/// Mean and standard deviation (n - 1) of one cell over the runs.
inline Spread spread(const std::vector<keratin::History>& runs, const char* column,
                     std::size_t epoch) {
  Spread over;
  const auto n = static_cast<double>(runs.size());
  for (const auto& one : runs) over.mean += one[column][epoch] / n;
  for (const auto& one : runs) over.sd += std::pow(one[column][epoch] - over.mean, 2);
  over.sd = runs.size() > 1 ? std::sqrt(over.sd / (n - 1)) : 0;
  return over;
}

/// How many standard errors of the difference of the two means lie between ours and Keras's.
inline double standard_errors(const Spread& ours, std::size_t runs, const Cell& keras) {
  return (ours.mean - keras.mean) / std::sqrt(ours.sd * ours.sd / static_cast<double>(runs) +
                                              keras.sd * keras.sd / keras_runs);
}

inline void print_comparison(const std::vector<keratin::History>& runs) {
  for (std::size_t c = 0; c < 4; ++c) {
    std::printf("%s%-8s  %-18s  %-9s  %-18s  %s\n", c ? "\n" : "", columns[c], "this program",
                "documents", "TF-Keras 2.9.3", "standard errors apart");
    for (std::size_t epoch = 0; epoch < runs.front()[columns[c]].size(); ++epoch) {
      const Spread ours = spread(runs, columns[c], epoch);
      std::printf("epoch %-2zu  %.4f ± %.4f", epoch + 1, ours.mean, ours.sd);
      if (epoch < 10) {
        const Cell& cell = run[epoch][c];
        std::printf("    %.4f     %.4f ± %.4f", cell.published, cell.mean, cell.sd);
        if (runs.size() > 1) std::printf("    %+.1f", standard_errors(ours, runs.size(), cell));
      }
      std::printf("\n");
    }
  }
}

}  // namespace published
