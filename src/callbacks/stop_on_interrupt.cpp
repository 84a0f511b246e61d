#include "keratin/callbacks/stop_on_interrupt.hpp"

#include <time.h>

#include <atomic>
#include <csignal>
#include <mutex>

#include "core/report.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

namespace {

// The signal handler belongs to the process: the first call that wants it installs it, the last one
// to end takes it back.
class InterruptHandler {
 public:
  static void acquire() {
    const std::lock_guard guard(lock_);
    if (users_++ > 0) return;
    pressed_at_ = 0;
    previous_ = std::signal(SIGINT, handle);
  }

  static void release() {
    const std::lock_guard guard(lock_);
    if (--users_ > 0) return;
    const auto current = std::signal(SIGINT, previous_ == SIG_ERR ? SIG_DFL : previous_);
    const bool ours = current == handle || current == SIG_DFL;
    if (!ours) std::signal(SIGINT, current);  // the program has installed another one meanwhile
  }

  static int presses() { return presses_; }

 private:
  // A second Ctrl-C ends the program. What comes at once is the same one, which launchers (timeout,
  // mpirun) pass on besides the terminal.
  static void handle(int) {
    constexpr long same = 300;  // milliseconds
    const long now = milliseconds();
    if (pressed_at_ == 0) {
      pressed_at_ = now;
      presses_ = presses_ + 1;
    } else if (now - pressed_at_ > same) {
      std::signal(SIGINT, SIG_DFL);
      std::raise(SIGINT);
    }
  }

  // Since the machine was started. Signal handlers may ask for it.
  static long milliseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000 + 1;
  }

  static inline volatile std::sig_atomic_t presses_ = 0;
  static inline std::atomic<long> pressed_at_ = 0;  // milliseconds(), or 0
  static inline std::mutex lock_;
  static inline int users_ = 0;
  static inline void (*previous_)(int) = SIG_DFL;
};

}  // namespace

StopOnInterrupt::StopOnInterrupt(StopOnInterrupt&& other) noexcept
    : Callback(other), interrupted_(other.interrupted_) {}

StopOnInterrupt::~StopOnInterrupt() {
  while (attached_calls_ > 0) detached();
}

void StopOnInterrupt::attached() {
  if (attached_calls_++ == 0) {
    presses_before_ = InterruptHandler::presses();
    interrupted_ = training_ = false;
  }
  InterruptHandler::acquire();
}

void StopOnInterrupt::detached() {
  --attached_calls_;
  InterruptHandler::release();
}

bool StopOnInterrupt::pressed() {
  interrupted_ = interrupted_ || InterruptHandler::presses() > presses_before_;
  return interrupted_;
}

void StopOnInterrupt::on_train_begin(Logs&) {
  training_ = true;
  batch_ = -1;
}

void StopOnInterrupt::on_epoch_begin(int epoch, Logs&) { epoch_ = epoch; }

void StopOnInterrupt::on_train_batch_end(int batch, Logs&) {
  batch_ = batch;
  if (pressed()) model().stop_training = true;
}

void StopOnInterrupt::on_epoch_end(int, Logs&) {
  if (pressed()) model().stop_training = true;
}

void StopOnInterrupt::on_train_end(Logs&) {
  training_ = false;
  if (pressed())
    report("Interrupted: stopped in epoch ", epoch_ + 1, " after batch ", batch_ + 1,
           "; the history so far is kept.\n");
}

void StopOnInterrupt::on_test_batch_end(int batch, Logs&) {
  if (training_ || !pressed()) return;  // a validation is finished, so that its logs are whole
  batch_ = batch;
  model().stop_evaluating = true;
}

void StopOnInterrupt::on_test_end(Logs&) {
  if (!training_ && pressed())
    report("Interrupted: evaluated the first ", batch_ + 1, " batches.\n");
}

void StopOnInterrupt::on_predict_batch_end(int batch, Logs&) {
  if (!pressed()) return;
  batch_ = batch;
  model().stop_predicting = true;
}

void StopOnInterrupt::on_predict_end(Logs&) {
  if (pressed()) report("Interrupted: predicted the first ", batch_ + 1, " batches.\n");
}

}  // namespace keratin::callbacks
