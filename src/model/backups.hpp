#pragma once
// PRIVATE: what a BackupAndRestore among the callbacks of fit does to the run.

#include <optional>

#include "keratin/callbacks/backup_and_restore.hpp"
#include "model/training_state.hpp"

namespace keratin {

/// Saves the run's state when the callback is due, after the hooks of all callbacks; gives the run
/// the state of an earlier one that was killed. Does nothing without such a callback.
class Backups {
 public:
  Backups(FitRun& run, const CallbackList& callbacks);

  /// Whether the run has been given the state of an earlier one.
  bool resumed() const { return resumed_; }
  /// Called after on_train_begin: goes on behind an epoch if that is where the earlier run was,
  /// or if no epoch is left.
  void restore_between_epochs();
  /// Called after on_epoch_begin: goes on within the epoch.
  void restore_within_epoch();
  void after_step();
  void after_epoch();

 private:
  void restore();
  FitRun& run_;
  const CallbackList& callbacks_;
  callbacks::BackupAndRestore* callback_;  // null: none
  std::optional<TrainingState> saved_;     // that of the earlier run, until it is restored
  bool resumed_ = false;
};

}  // namespace keratin
