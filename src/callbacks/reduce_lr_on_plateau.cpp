#include "keratin/callbacks/reduce_lr_on_plateau.hpp"

#include <algorithm>
#include <utility>

#include "callbacks/learning_rate.hpp"
#include "core/exact_numbers.hpp"
#include "core/numbers.hpp"
#include "core/report.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

ReduceLROnPlateau::ReduceLROnPlateau(ReduceLROnPlateauOptions options)
    : options_(std::move(options)),
      monitor_("ReduceLROnPlateau", options_.monitor, options_.mode, options_.min_delta) {
  check(options_.factor < 1, "ReduceLROnPlateau", "factor is ", options_.factor,
        ", wanted less than 1");
}

void ReduceLROnPlateau::on_train_begin(Logs&) {
  best_.reset();
  wait_ = cooldown_ = 0;
}

void ReduceLROnPlateau::on_epoch_end(int epoch, Logs& logs) {
  monitor_.set_direction(model());
  logs["learning_rate"] = learning_rate_of(model().optimizer());
  const std::optional<double> value = monitor_.value(logs);
  if (!value) return;
  if (cooldown_ > 0) {
    --cooldown_;
    wait_ = 0;
  }
  if (monitor_.improves(*value, best_)) {
    best_ = value;
    wait_ = 0;
  } else if (cooldown_ == 0 && ++wait_ >= options_.patience && reduce(epoch)) {
    cooldown_ = options_.cooldown;
    wait_ = 0;
  }
}

// Returns false if the learning rate is as low as it may be.
bool ReduceLROnPlateau::reduce(int epoch) {
  const double old_rate = learning_rate_of(model().optimizer());
  if (old_rate <= static_cast<float>(options_.min_lr)) return false;
  const double rate = std::max(old_rate * options_.factor, options_.min_lr);
  model().optimizer().set_learning_rate(rate);
  if (options_.verbose > 0)
    report("\nEpoch ", epoch + 1, ": ReduceLROnPlateau reducing learning rate to ",
           python_repr(rate), ".\n");
  return true;
}

CallbackState ReduceLROnPlateau::get_state() const {
  return {Config::Object{
      {"wait", wait_}, {"cooldown", cooldown_}, {"best", best_ ? exact_number(*best_) : Config()}}};
}

void ReduceLROnPlateau::set_state(const CallbackState& state) {
  const StateReader values("ReduceLROnPlateau", state.values);
  wait_ = values.integer("wait");
  cooldown_ = values.integer("cooldown");
  best_ = values.optional_number("best");
}

}  // namespace keratin::callbacks
