#pragma once

#include <memory>
#include <optional>
#include <string>

#include "keratin/callbacks/callback.hpp"
#include "keratin/callbacks/monitor.hpp"
#include "keratin/callbacks/save_freq.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

struct ModelCheckpointOptions {
  std::string monitor = "val_loss";  // the name of a logged value
  int verbose = 0;                   // 1: says what it does
  bool save_best_only = false;       // only when the monitored value has improved
  bool save_weights_only = false;    // Model::save_weights instead of Model::save
  std::string mode = "auto";         // "min", "max" or "auto": see Monitor
  SaveFreq save_freq = "epoch";      // or a number of batches
  // What the monitored value has to improve on at first; unless given, any value improves.
  std::optional<double> initial_value_threshold = {};
};

/// Saves the model at the end of each epoch or after every n-th batch, and says so with verbose, as
/// Keras does. The path may have fields in Python's format, which are replaced by the number of the
/// epoch and of the batch, both counted from 1, and by what is logged:
///
///   ModelCheckpoint("runs/{epoch:02d}-{val_loss:.2f}.keras")      runs/01-0.35.keras, ...
///
/// {name} alone, or {name:[0][width][.digits]type} with a type of d (for epoch and batch), f, e or
/// g. Folders are made as needed, and an older file of that name is replaced once the new one is
/// complete and on the disk. In an epoch without the monitored value it warns and saves.
///
/// With a save_freq in batches the file has the model of that batch, but is written by a thread of
/// its own while training goes on. It is there, and verbose says so, before the next one is begun,
/// before this callback's on_epoch_end returns, before a BackupAndRestore backs up what follows it,
/// and when fit has ended, by an exception, too. An error ends the fit at the next of these points.
class ModelCheckpoint : public Callback {
 public:
  /// Throws std::invalid_argument unless the path ends in .keras, or with save_weights_only in
  /// .weights.h5 or .safetensors, and for a field that it does not know how to write.
  explicit ModelCheckpoint(std::string path, ModelCheckpointOptions options = {});

  ModelCheckpoint(ModelCheckpoint&&) noexcept;
  ~ModelCheckpoint() override;

  // These throw std::invalid_argument for a field that is not among the logs, and
  // std::runtime_error if the file cannot be written, which ends the fit.
  bool only_reports() const override { return true; }
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_train_batch_end(int batch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(Logs& logs) override;
  void detached() override;

  /// The best value so far, of all fits.
  std::optional<double> best() const { return best_; }
  CallbackState get_state() const override;
  void set_state(const CallbackState& state) override;

 private:
  void save(int epoch, std::optional<int> batch, const Logs& logs);
  bool wants_to_save(int epoch, const Logs& logs, const std::string& path);
  void finish() const;  // waits for the file that is being written

  std::string path_;
  ModelCheckpointOptions options_;
  Monitor monitor_;
  std::optional<double> best_;
  int epoch_ = 0;    // that is running
  int batches_ = 0;  // since the last one after which it saved
  class Writer;
  std::unique_ptr<Writer> writer_;  // null: nothing has been written in this fit
};

}  // namespace callbacks
}  // namespace keratin
