#include "keratin/callbacks.hpp"

#include <csignal>
#include <cstdio>

#include "keratin/check.hpp"
#include "keratin/fit.hpp"
#include "keratin/model.hpp"

namespace keratin {

Model& Callback::model() const {
  check<std::logic_error>(model_ != nullptr, "callback",
                          "model() is there during fit, evaluate and predict only");
  return *model_;
}

ValidationFreq::ValidationFreq(int every) : every_(every) {
  check(every >= 1, "fit", "validation_freq is ", every, ", wanted 1 or more");
}

bool ValidationFreq::due(int epoch) const {
  if (every_ > 0) return (epoch + 1) % every_ == 0;
  for (int listed : epochs_)
    if (listed == epoch + 1) return true;
  return false;
}

namespace callbacks {

namespace {

volatile std::sig_atomic_t interrupts = 0;

void count_interrupt(int) {
  interrupts = 1;
  std::signal(SIGINT, SIG_DFL);  // a second Ctrl-C ends the program
}

}  // namespace

void StopOnInterrupt::on_train_begin(Logs&) {
  interrupts = 0;
  interrupted_ = false;
  previous_ = std::signal(SIGINT, count_interrupt);
  handling_ = previous_ != SIG_ERR;
}

void StopOnInterrupt::on_epoch_begin(int epoch, Logs&) { epoch_ = epoch; }

void StopOnInterrupt::on_train_batch_end(int batch, Logs&) {
  if (interrupts == 0 || interrupted_) return;
  interrupted_ = true;
  batch_ = batch;
  model().stop_training = true;
}

void StopOnInterrupt::on_train_end(Logs&) {
  restore();
  if (interrupted_)
    std::printf("Interrupted: stopped in epoch %d after batch %d; the history so far is kept.\n",
                epoch_ + 1, batch_ + 1);
}

void StopOnInterrupt::restore() {
  if (handling_) std::signal(SIGINT, previous_);
  handling_ = false;
}

}  // namespace callbacks

}  // namespace keratin
