#pragma once
// Progress on stderr, for those who wait.

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <keratin/callbacks.hpp>

namespace keratin::cli {

/// Shows how many batches are done, once that has taken half a second and if stderr is a terminal,
/// and leaves no trace.
class Progress : public Callback {
 public:
  void on_test_begin(Logs&) override { start_ = Clock::now(); }
  void on_predict_begin(Logs&) override { start_ = Clock::now(); }
  void on_test_batch_end(int batch, Logs&) override { show(batch + 1); }
  void on_predict_batch_end(int batch, Logs&) override { show(batch + 1); }
  void on_test_end(Logs&) override { erase(); }
  void on_predict_end(Logs&) override { erase(); }

 private:
  using Clock = std::chrono::steady_clock;

  void show(int done) {
    constexpr auto patience = std::chrono::milliseconds(500),
                   pause = std::chrono::milliseconds(100);
    const Clock::time_point now = Clock::now();
    if (now < start_ + patience || now < shown_ + pause || isatty(STDERR_FILENO) == 0) return;
    shown_ = now;
    if (params().steps > 0)
      std::fprintf(stderr, "\r%d of %ld batches", done, params().steps);
    else
      std::fprintf(stderr, "\r%d batches", done);
  }
  void erase() {
    if (shown_ != Clock::time_point()) std::fprintf(stderr, "\r\33[K");
    shown_ = {};
  }

  Clock::time_point start_, shown_;  // shown_: the epoch of the clock until something is shown
};

}  // namespace keratin::cli
