#pragma once
// PRIVATE: what a BackupAndRestore among the callbacks of fit does to the run.

#include <optional>

#include "keratin/callbacks/backup_and_restore.hpp"
#include "keratin/callbacks/stop_on_interrupt.hpp"
#include "model/training_state.hpp"

namespace keratin {

/// Saves the run's state when the callback is due, after the hooks of all callbacks; gives the run
/// the state of an earlier one that was killed. Does nothing without such a callback.
///
/// A run that Ctrl-C ends through StopOnInterrupt is to go on another time: the state after its
/// last step is saved, due or not, as of a run that was not stopped, and is not removed at the end.
class Backups {
 public:
  Backups(FitRun& run, const CallbackList& callbacks);

  /// Whether the run has been given the state of an earlier one.
  bool resumed() const { return resumed_; }
  /// Called after on_train_begin: goes on behind an epoch if that is where the earlier run was, or
  /// if no epoch is left.
  void restore_between_epochs();
  /// Called after on_epoch_begin: goes on within the epoch.
  void restore_within_epoch();
  void after_step();
  void after_epoch();

 private:
  void restore();
  void save(const FitRun& run);
  bool interrupted() const { return interrupt_ && interrupt_->interrupted(); }

  FitRun& run_;
  const CallbackList& callbacks_;
  callbacks::BackupAndRestore* callback_;        // null: none
  const callbacks::StopOnInterrupt* interrupt_;  // null: none
  std::optional<TrainingState> saved_;           // that of the earlier run, until it is restored
  bool resumed_ = false;
  bool cut_short_ = false;  // Ctrl-C ended the epoch at work, and the step before that is saved
};

}  // namespace keratin
