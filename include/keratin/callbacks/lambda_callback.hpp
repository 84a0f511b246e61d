#pragma once

#include <functional>
#include <utility>

#include "keratin/callbacks/callback.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

/// The hooks of Callback as functions; those that are empty do nothing.
struct LambdaCallbackOptions {
  using Hook = std::function<void(Logs& logs)>;
  using NumberedHook = std::function<void(int number, Logs& logs)>;  // of the epoch or the batch
  NumberedHook on_epoch_begin = {}, on_epoch_end = {};
  Hook on_train_begin = {}, on_train_end = {};
  NumberedHook on_train_batch_begin = {}, on_train_batch_end = {};
  Hook on_test_begin = {}, on_test_end = {};
  NumberedHook on_test_batch_begin = {}, on_test_batch_end = {};
  Hook on_predict_begin = {}, on_predict_end = {};
  NumberedHook on_predict_batch_begin = {}, on_predict_batch_end = {};
};

/// A callback made of functions:
///
///   LambdaCallback({.on_epoch_end = [](int epoch, Logs& logs) { ... }})
class LambdaCallback : public Callback {
 public:
  explicit LambdaCallback(LambdaCallbackOptions hooks) : hooks_(std::move(hooks)) {}

  void on_train_begin(Logs& logs) override;
  void on_train_end(Logs& logs) override;
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_batch_begin(int batch, Logs& logs) override;
  void on_train_batch_end(int batch, Logs& logs) override;
  void on_test_begin(Logs& logs) override;
  void on_test_end(Logs& logs) override;
  void on_test_batch_begin(int batch, Logs& logs) override;
  void on_test_batch_end(int batch, Logs& logs) override;
  void on_predict_begin(Logs& logs) override;
  void on_predict_end(Logs& logs) override;
  void on_predict_batch_begin(int batch, Logs& logs) override;
  void on_predict_batch_end(int batch, Logs& logs) override;

 private:
  LambdaCallbackOptions hooks_;
};

}  // namespace callbacks
}  // namespace keratin
