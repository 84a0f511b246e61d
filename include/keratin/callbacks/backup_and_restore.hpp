#pragma once

#include <memory>
#include <optional>
#include <string>

#include "keratin/callbacks/callback.hpp"
#include "keratin/callbacks/save_freq.hpp"

namespace KERATIN_API keratin {

class BackgroundTask;
class Backups;
struct TrainingState;

namespace callbacks {

struct BackupAndRestoreOptions {
  SaveFreq save_freq = "epoch";   // or after so many batches, counted over all epochs
  bool delete_checkpoint = true;  // whether to remove the folder's backup when training has ended
};

/// Keeps the whole state of training in a folder, so that a run that was killed goes on when the
/// program is started again: with the same weights, optimizer, random numbers, place in the data,
/// running metrics, History, and what the other callbacks remember. It ends with the same bits as a
/// run that was never interrupted, if the program, its data and its options but `epochs` are the
/// same. A callback, a metric or a generator of one's own takes part as its get_state() and its
/// values allow.
///
/// A run that StopOnInterrupt ends at Ctrl-C leaves a backup of its last step, too.
///
/// Files are written by a thread of its own, complete before they replace the one before; where
/// training is faster, the newest state is written and those before it are left out. A file
/// that cannot be written is warned of, and training goes on. fit throws std::runtime_error for a
/// damaged backup, and where backups cannot be read for want of KERATIN_KERAS_FILES, and
/// std::invalid_argument for a backup of another model, optimizer or data.
class BackupAndRestore : public Callback {
 public:
  /// Throws std::invalid_argument for an empty name.
  explicit BackupAndRestore(std::string backup_dir, BackupAndRestoreOptions options = {});
  BackupAndRestore(BackupAndRestore&&) noexcept;
  ~BackupAndRestore() override;

  void on_train_begin(Logs& logs) override;
  void on_train_batch_end(int batch, Logs& logs) override;
  void on_train_end(Logs& logs) override;
  void detached() override;
  CallbackState get_state() const override;
  void set_state(const CallbackState& state) override;

  const std::string& folder() const { return folder_; }

 private:
  friend class keratin::Backups;
  bool is_due_after_step();  // and counts from 0 again if it is
  bool due_after_epoch() const { return options_.save_freq.each_epoch(); }
  void save(TrainingState state);
  void keep() { keeps_ = true; }  // does not remove the backup at the end of this run
  std::optional<TrainingState> load() const;
  std::string file() const;

  std::string folder_;
  BackupAndRestoreOptions options_;
  long batches_ = 0;    // since the last backup
  bool keeps_ = false;  // the run was interrupted: it is to go on another time
  std::unique_ptr<BackgroundTask> writer_;
};

}  // namespace callbacks
}  // namespace keratin
