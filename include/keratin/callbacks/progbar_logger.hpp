#pragma once

#include <memory>

#include "keratin/callbacks/callback.hpp"

namespace KERATIN_API keratin {

class ProgressBar;

namespace callbacks {

/// Prints progress as TF-Keras 2.9 does: see verbose in FitOptions. fit, evaluate and predict add
/// one behind the other callbacks unless there is one among them.
class ProgbarLogger : public Callback {
 public:
  ProgbarLogger();
  ProgbarLogger(ProgbarLogger&&) noexcept;
  ~ProgbarLogger() override;

  bool only_reports() const override { return true; }
  void on_train_begin(Logs& logs) override;
  void on_train_end(Logs& logs) override;
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_train_batch_end(int batch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_test_begin(Logs& logs) override;
  void on_test_batch_end(int batch, Logs& logs) override;
  void on_test_end(Logs& logs) override;
  void on_predict_begin(Logs& logs) override;
  void on_predict_batch_end(int batch, Logs& logs) override;
  void on_predict_end(Logs& logs) override;

 private:
  void start();
  void update(int batch, const Logs& logs);
  void finish(const Logs& logs);

  std::unique_ptr<ProgressBar> bar_;
  bool training_ = false;  // then a test pass is a validation, which has no bar of its own
  long done_ = 0;          // batches
};

}  // namespace callbacks

}  // namespace keratin
