#pragma once

#include "keratin/callbacks/callback.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

/// Ends the call cleanly on Ctrl-C (SIGINT), and prints a line that says so. fit stops after the
/// current batch and closes the epoch with its validation, or after the validation if that is
/// running, and returns the History so far. evaluate and predict stop after the current batch and
/// return what they have. A second Ctrl-C ends the program. SIGINT is handled only while such a
/// call runs; what handled it before does so again afterwards.
class StopOnInterrupt : public Callback {
 public:
  StopOnInterrupt() = default;
  StopOnInterrupt(StopOnInterrupt&& other) noexcept;
  StopOnInterrupt& operator=(StopOnInterrupt&&) = delete;
  ~StopOnInterrupt() override;

  void attached() override;
  void detached() override;
  void on_train_begin(Logs& logs) override;
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_train_batch_end(int batch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(Logs& logs) override;
  void on_test_batch_end(int batch, Logs& logs) override;
  void on_test_end(Logs& logs) override;
  void on_predict_batch_end(int batch, Logs& logs) override;
  void on_predict_end(Logs& logs) override;

  /// Whether Ctrl-C has ended the last call.
  bool interrupted() const { return interrupted_; }

 private:
  bool pressed();

  int attached_calls_ = 0;  // calls that this object takes part in, one inside the other
  int presses_before_ = 0;  // of the key, when the outermost of them began
  bool training_ = false, interrupted_ = false;
  int epoch_ = 0, batch_ = -1;  // the last ones that were begun, and ended
};

}  // namespace callbacks
}  // namespace keratin
