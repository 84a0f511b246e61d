#pragma once
// PRIVATE: TF-Keras 2.9's progress bar, to the character.

#include <functional>
#include <string>

#include "keratin/logs.hpp"

namespace keratin {

class ProgressBar {
 public:
  using Clock = std::function<double()>;  // seconds
  using Write = std::function<void(const std::string&)>;

  /// verbose 1: a bar that is refreshed at most every 0.05 s on a terminal, one line at the end
  /// elsewhere; 2: one line at the end.
  ProgressBar(int target, int verbose);
  ProgressBar(int target, int verbose, bool terminal, Clock clock, Write write);

  void update(int current, const Logs& logs, bool finish = false);

 private:
  std::string bar(int current) const;
  double step_time(int current, double now) const;

  int target_, verbose_;
  bool terminal_;
  Clock clock_;
  Write write_;
  double start_, last_update_ = 0, after_first_step_ = -1, epoch_end_ = -1;
  std::size_t width_ = 0;
};

}  // namespace keratin
