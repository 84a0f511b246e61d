#pragma once

#include "keratin/callbacks/callback.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

struct TerminateOnNaNOptions {
  bool raise_error = false;  // throw instead, so that on_train_end of no callback is called
};

/// Stops training after a batch that leaves the loss of the epoch NaN or infinite, and prints the
/// batch, counted from 0, and the first layer whose output was not finite.
class TerminateOnNaN : public Callback {
 public:
  explicit TerminateOnNaN(TerminateOnNaNOptions options = {}) : options_(options) {}

  /// Throws std::runtime_error instead of stopping with raise_error.
  void on_train_batch_end(int batch, Logs& logs) override;

 private:
  TerminateOnNaNOptions options_;
};

}  // namespace callbacks
}  // namespace keratin
