#include "keratin/callbacks/lambda_callback.hpp"

namespace keratin::callbacks {

namespace {

void call(const LambdaCallbackOptions::Hook& hook, Logs& logs) {
  if (hook) hook(logs);
}

void call(const LambdaCallbackOptions::NumberedHook& hook, int number, Logs& logs) {
  if (hook) hook(number, logs);
}

}  // namespace

void LambdaCallback::on_train_begin(Logs& logs) { call(hooks_.on_train_begin, logs); }

void LambdaCallback::on_train_end(Logs& logs) { call(hooks_.on_train_end, logs); }

void LambdaCallback::on_epoch_begin(int epoch, Logs& logs) {
  call(hooks_.on_epoch_begin, epoch, logs);
}

void LambdaCallback::on_epoch_end(int epoch, Logs& logs) { call(hooks_.on_epoch_end, epoch, logs); }

void LambdaCallback::on_train_batch_begin(int batch, Logs& logs) {
  call(hooks_.on_train_batch_begin, batch, logs);
}

void LambdaCallback::on_train_batch_end(int batch, Logs& logs) {
  call(hooks_.on_train_batch_end, batch, logs);
}

void LambdaCallback::on_test_begin(Logs& logs) { call(hooks_.on_test_begin, logs); }

void LambdaCallback::on_test_end(Logs& logs) { call(hooks_.on_test_end, logs); }

void LambdaCallback::on_test_batch_begin(int batch, Logs& logs) {
  call(hooks_.on_test_batch_begin, batch, logs);
}

void LambdaCallback::on_test_batch_end(int batch, Logs& logs) {
  call(hooks_.on_test_batch_end, batch, logs);
}

void LambdaCallback::on_predict_begin(Logs& logs) { call(hooks_.on_predict_begin, logs); }

void LambdaCallback::on_predict_end(Logs& logs) { call(hooks_.on_predict_end, logs); }

void LambdaCallback::on_predict_batch_begin(int batch, Logs& logs) {
  call(hooks_.on_predict_batch_begin, batch, logs);
}

void LambdaCallback::on_predict_batch_end(int batch, Logs& logs) {
  call(hooks_.on_predict_batch_end, batch, logs);
}

}  // namespace keratin::callbacks
