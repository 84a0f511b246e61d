#pragma once

#include <optional>
#include <string>

#include "keratin/callbacks/callback.hpp"
#include "keratin/callbacks/monitor.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";  // the name of a logged value
  double factor = 0.1;               // what the learning rate is multiplied by, less than 1
  int patience = 10;                 // epochs without improvement before that
  int verbose = 0;                   // 1: says what it does
  std::string mode = "auto";         // "min", "max" or "auto": see Monitor
  double min_delta = 1e-4;           // the least improvement that counts
  int cooldown = 0;                  // epochs after a reduction in which patience does not count
  double min_lr = 0.0;               // the lowest learning rate
};
template <class V>
void fields(V& v, ReduceLROnPlateauOptions& o) {
  v("monitor", o.monitor);
  v("factor", o.factor);
  v("patience", o.patience);
  v("verbose", o.verbose);
  v("mode", o.mode);
  v("min_delta", o.min_delta);
  v("cooldown", o.cooldown);
  v("min_lr", o.min_lr);
}

/// Lowers the learning rate when a logged value has not improved for `patience` epochs. Logs the
/// `learning_rate` of each epoch. It warns in an epoch without the monitored value.
class ReduceLROnPlateau : public Callback {
 public:
  /// Throws std::invalid_argument for a factor of 1 or more.
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {});

  void on_train_begin(Logs& logs) override;
  /// Throws std::invalid_argument if it has to lower what a schedule decides.
  void on_epoch_end(int epoch, Logs& logs) override;
  CallbackState get_state() const override;
  void set_state(const CallbackState& state) override;

 private:
  bool reduce(int epoch);

  ReduceLROnPlateauOptions options_;
  Monitor monitor_;
  std::optional<double> best_;
  int wait_ = 0;      // epochs since the last improvement
  int cooldown_ = 0;  // epochs left of it
};

}  // namespace callbacks
}  // namespace keratin
