#pragma once

#include <memory>
#include <string>

#include "keratin/callbacks/callback.hpp"

namespace KERATIN_API keratin {

class EventFile;

namespace callbacks {

/// How often losses and metrics are written while an epoch runs: never ("epoch"), after each batch
/// ("batch"), or after every n-th.
class UpdateFreq {
 public:
  /// Throws std::invalid_argument for another word, and for a number below 1.
  UpdateFreq(const std::string& word);
  UpdateFreq(const char* word) : UpdateFreq(std::string(word)) {}
  UpdateFreq(int batches);
  bool due(long batch) const { return batches_ > 0 && batch % batches_ == 0; }

 private:
  int batches_ = 0;  // 0: never
};

struct TensorBoardOptions {
  std::string log_dir = "logs";  // made if it is not there; each fit adds files to it
  int histogram_freq = 0;        // epochs from one histogram of the weights to the next, 0: none
  bool write_graph = true;       // the layers of a Sequential
  bool write_steps_per_second = false;
  UpdateFreq update_freq = "epoch";
};

/// Writes what TensorBoard shows (tensorboard --logdir logs), with Keras's folders and tags:
///
///   train        keras, the model as to_json() describes it, with write_graph;
///                epoch_loss, epoch_<metric>, epoch_learning_rate for each epoch, counted from 0;
///                with write_steps_per_second epoch_steps_per_second; with histogram_freq
///                sequential/dense/kernel/histogram of each weight, in 30 buckets; with update_freq
///                batch_loss, batch_<metric> and batch_steps_per_second for batches, counted from 1
///   validation   epoch_loss, epoch_<metric>; and of each evaluation, by the steps trained so far,
///                evaluation_loss_vs_iterations, evaluation_<metric>_vs_iterations
///
/// What a hook writes is in the file when it returns, so that TensorBoard follows a run, and one
/// that is killed leaves files that can be read. With an update_freq the values of epochs and
/// evaluations are written always, as in TF-Keras; Keras 3 leaves them out unless the last batch
/// was due.
class TensorBoard : public Callback {
 public:
  /// Throws std::invalid_argument for a negative histogram_freq.
  explicit TensorBoard(TensorBoardOptions options = {});
  TensorBoard(TensorBoard&&) noexcept;
  ~TensorBoard() override;

  bool only_reports() const override { return true; }
  void attached() override;
  void detached() override;
  // These throw std::runtime_error if a file cannot be written, the first when training starts.
  void on_train_begin(Logs& logs) override;
  void on_train_batch_begin(int batch, Logs& logs) override;
  void on_train_batch_end(int batch, Logs& logs) override;
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_test_begin(Logs& logs) override;
  void on_test_end(Logs& logs) override;

 private:
  EventFile& open(std::unique_ptr<EventFile>& file, const char* folder);
  void write_graph();
  double steps_per_second() const;

  TensorBoardOptions options_;
  int attached_calls_ = 0;                         // a hook may make a call with this callback too
  std::unique_ptr<EventFile> train_, validation_;  // null until there is something to write
  long batch_ = 0;                                 // of this fit, counted from 1
  double batch_start_ = 0, epoch_start_ = 0;       // seconds
  long iterations_before_ = 0;                     // the epoch
};

}  // namespace callbacks

}  // namespace keratin
