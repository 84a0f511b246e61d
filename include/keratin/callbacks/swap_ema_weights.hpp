#pragma once

#include <vector>

#include "keratin/callbacks/callback.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {
namespace callbacks {

struct SwapEMAWeightsOptions {
  bool swap_on_epoch = false;  // also from the end of an epoch to the beginning of the next
};

/// Evaluates, and predicts, with the moving averages of the weights that an optimizer with use_ema
/// keeps: gives them to the model before, and the weights of training back afterwards (Polyak
/// averaging). With swap_on_epoch the callbacks behind this one, such as one that saves the model,
/// find the averages too when an epoch ends. After predict Keras 3 leaves the averages in the model
/// where this gives the weights back.
class SwapEMAWeights : public Callback {
 public:
  explicit SwapEMAWeights(SwapEMAWeightsOptions options = {}) : options_(options) {}

  void attached() override { ++attached_calls_; }
  void detached() override;
  // These throw std::invalid_argument if the optimizer does not keep averages.
  void on_epoch_begin(int epoch, Logs& logs) override;
  void on_epoch_end(int epoch, Logs& logs) override;
  void on_train_end(Logs& logs) override;
  void on_test_begin(Logs&) override { use_averages(); }
  void on_test_end(Logs&) override { restore_weights(); }
  void on_predict_begin(Logs&) override { use_averages(); }
  void on_predict_end(Logs&) override { restore_weights(); }

 private:
  void use_averages();
  void restore_weights();

  SwapEMAWeightsOptions options_;
  int attached_calls_ = 0;       // a hook may make a call with this callback too
  int uses_ = 0;                 // of the averages that have begun and not ended
  bool epoch_ended_ = false;     // such a use began with the end of an epoch
  std::vector<Tensor> weights_;  // those of training while the model has the averages
};

}  // namespace callbacks
}  // namespace keratin
