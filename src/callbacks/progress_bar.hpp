#pragma once
// PRIVATE: TF-Keras 2.9's progress bar, to the character.

#include <functional>
#include <optional>
#include <string>

#include "keratin/logs.hpp"

namespace keratin {

/// Shows how far an epoch, evaluate or predict has come. While it runs, a bar stands on a terminal;
/// at the end comes one final line:
///
///   117/235 [=============>................] - ETA: 0s - loss: 0.1455
///   235/235 [==============================] - 1s 5ms/step - loss: 0.1455
///
/// When the number of steps is not known before the end, the bar is replaced by a count:
///
///         5/Unknown - 1s 200ms/step - loss: 0.5000
class ProgressBar {
 public:
  using Clock = std::function<double()>;  // seconds
  using Write = std::function<void(const std::string&)>;

  /// `steps`: how many there will be, or nothing if that is not known. `verbose` 0: prints nothing;
  /// 1: a bar, refreshed at most every 0.05 s, on a terminal, and only the final line elsewhere; 2:
  /// a final line without a bar.
  ProgressBar(std::optional<long> steps, int verbose);
  ProgressBar(std::optional<long> steps, int verbose, bool terminal, Clock clock, Write write);

  /// To be called after each step with the number of steps done, and once more with `finish`, which
  /// may show more logs. An unknown number of steps becomes known then.
  void update(long done, const Logs& logs, bool finish = false);

 private:
  std::string count(long done) const;
  std::string bar(long done) const;
  std::string line_with_bar(long done, const Logs& logs, double now, bool finish) const;
  std::string line_without_bar(long done, const Logs& logs, double now) const;
  std::string in_place_of_last_line(std::string line);
  double step_time(long done, double now) const;

  std::optional<long> steps_;
  int verbose_;
  bool terminal_;
  Clock clock_;
  Write write_;
  // Times in seconds; those that were not taken yet are negative.
  double start_, after_first_step_ = -1, after_last_step_ = -1;
  double last_refresh_ = 0;
  std::size_t width_ = 0;  // characters of the line that stands on the terminal
};

}  // namespace keratin
