#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keratin/callbacks/callback.hpp"
#include "keratin/callbacks/monitor.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";     // the name of a logged value
  double min_delta = 0;                 // the least improvement that counts
  int patience = 0;                     // epochs without improvement before training stops
  int verbose = 0;                      // 1: says what it does
  std::string mode = "auto";            // "min", "max" or "auto": see Monitor
  std::optional<double> baseline = {};  // patience runs on while the value is no better than this
  bool restore_best_weights = false;    // at the end of training, whether it stopped early or not
  int start_from_epoch = 0;             // epochs before this one are not looked at
};
template <class V>
void fields(V& v, EarlyStoppingOptions& o) {
  v("monitor", o.monitor);
  v("min_delta", o.min_delta);
  v("patience", o.patience);
  v("verbose", o.verbose);
  v("mode", o.mode);
  v("baseline", o.baseline);
  v("restore_best_weights", o.restore_best_weights);
  v("start_from_epoch", o.start_from_epoch);
}

/// Stops training when a logged value has not improved for `patience` epochs, though never in an
/// epoch that improves it, nor in the first. It warns in an epoch without that value.
class EarlyStopping : public Callback {
 public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  void on_train_begin(Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(Logs& logs) override;
  CallbackState get_state() const override;
  void set_state(const CallbackState& state) override;

  /// Of the last fit: the epoch that stopped it, counted from 0, or 0 if it was not stopped; the
  /// best value, and its epoch.
  int stopped_epoch() const { return stopped_epoch_; }
  std::optional<double> best() const { return best_; }
  int best_epoch() const { return best_epoch_; }

 private:
  void keep_best(int epoch);

  EarlyStoppingOptions options_;
  Monitor monitor_;
  int wait_ = 0;  // epochs since the last improvement
  int stopped_epoch_ = 0, best_epoch_ = 0;
  std::optional<double> best_;
  std::optional<std::vector<Tensor>> best_weights_;
};

}  // namespace callbacks
}  // namespace keratin
