#include "keratin/callbacks/early_stopping.hpp"

#include <utility>

#include "core/exact_numbers.hpp"
#include "core/report.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options)
    : options_(std::move(options)),
      monitor_("EarlyStopping", options_.monitor, options_.mode, options_.min_delta) {}

void EarlyStopping::on_train_begin(Logs&) {
  wait_ = stopped_epoch_ = best_epoch_ = 0;
  best_.reset();
  best_weights_.reset();
}

void EarlyStopping::keep_best(int epoch) {
  best_epoch_ = epoch;
  if (options_.restore_best_weights) best_weights_ = model().get_weights();
}

void EarlyStopping::on_epoch_end(int epoch, Logs& logs) {
  monitor_.set_direction(model());
  const std::optional<double> value = monitor_.value(logs);
  if (!value || epoch < options_.start_from_epoch) return;
  ++wait_;
  if (monitor_.improves(*value, best_)) {
    best_ = value;
    keep_best(epoch);
    if (monitor_.improves(*value, options_.baseline)) wait_ = 0;
  } else if (wait_ >= options_.patience && epoch > 0) {
    stopped_epoch_ = epoch;
    model().stop_training = true;
  }
}

void EarlyStopping::on_train_end(Logs&) {
  if (stopped_epoch_ > 0 && options_.verbose > 0)
    report("Epoch ", stopped_epoch_ + 1, ": early stopping\n");
  if (!best_weights_) return;
  if (options_.verbose > 0)
    report("Restoring model weights from the end of the best epoch: ", best_epoch_ + 1, ".\n");
  model().set_weights(*best_weights_);
}

CallbackState EarlyStopping::get_state() const {
  CallbackState state{Config::Object{{"wait", wait_},
                                     {"stopped_epoch", stopped_epoch_},
                                     {"best_epoch", best_epoch_},
                                     {"best", best_ ? exact_number(*best_) : Config()}}};
  if (best_weights_) state.tensors = *best_weights_;
  return state;
}

void EarlyStopping::set_state(const CallbackState& state) {
  const StateReader values("EarlyStopping", state.values);
  wait_ = values.integer("wait");
  stopped_epoch_ = values.integer("stopped_epoch");
  best_epoch_ = values.integer("best_epoch");
  best_ = values.optional_number("best");
  best_weights_.reset();
  if (!state.tensors.empty()) best_weights_ = state.tensors;
}

}  // namespace keratin::callbacks
