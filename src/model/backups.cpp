#include "model/backups.hpp"

#include "core/replicas.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"
#include "model/callback_list.hpp"
#include "model/scoped_value.hpp"

namespace keratin {

Backups::Backups(FitRun& run, const CallbackList& callbacks)
    : run_(run),
      callbacks_(callbacks),
      callback_(callbacks.find<callbacks::BackupAndRestore>()),
      interrupt_(callbacks.find<callbacks::StopOnInterrupt>()) {
  if (callback_) saved_ = callback_->load();
  if (saved_) run_.epoch = place_of(*saved_).first;
}

void Backups::restore() {
  try {
    run_.set_state(*saved_, callbacks_);
  } catch (const std::invalid_argument& error) {
    fail("BackupAndRestore", "cannot resume from '", callback_->folder(), "': ", error.what(),
         ". Remove the folder to train from the start");
  }
  saved_.reset();
  resumed_ = true;
}

void Backups::restore_between_epochs() {
  if (!saved_) return;
  const auto [epoch, step] = place_of(*saved_);
  const bool beyond_the_last = epoch >= run_.history.params.epochs;  // nothing is left to train
  if (step == 0 || beyond_the_last) restore();
}

void Backups::restore_within_epoch() {
  if (saved_) restore();
}

void Backups::save(const FitRun& run) {
  if (!is_first_process()) return;
  const bool stopped = run_.model.stop_training && !interrupted();
  const ScopedValue stop(run_.model.stop_training, stopped);
  callback_->save(run.get_state(callbacks_));
  if (interrupted()) callback_->keep();
}

void Backups::after_step() {
  if (!callback_) return;
  const bool due = callback_->is_due_after_step();
  cut_short_ = interrupted();
  if (due || cut_short_) save(run_);
}

void Backups::after_epoch() {
  if (!callback_ || cut_short_) return;
  if (!callback_->due_after_epoch() && !interrupted()) return;
  FitRun next = run_;  // what comes next is the next epoch
  ++next.epoch;
  next.step = 0;
  save(next);
}

}  // namespace keratin
