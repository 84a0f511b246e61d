#include "keratin/callbacks/swap_ema_weights.hpp"

#include <utility>

#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

void SwapEMAWeights::use_averages() {
  Optimizer& optimizer = model().optimizer();
  check(optimizer.use_ema(), "SwapEMAWeights",
        "the optimizer keeps no averages: it needs .use_ema = true");
  if (uses_++ > 0) return;
  const std::vector<Variable*> variables = model().trainable_variables();
  weights_.clear();
  for (const Variable* variable : variables) weights_.push_back(variable->value);
  optimizer.finalize_variable_values(variables);
}

void SwapEMAWeights::restore_weights() {
  if (--uses_ > 0) return;
  const std::vector<Variable*> variables = model().trainable_variables();
  for (std::size_t i = 0; i < variables.size(); ++i) std::swap(variables[i]->value, weights_[i]);
}

void SwapEMAWeights::on_epoch_begin(int, Logs&) {
  if (std::exchange(epoch_ended_, false)) restore_weights();
}

void SwapEMAWeights::on_epoch_end(int, Logs&) {
  if (!options_.swap_on_epoch) return;
  use_averages();
  epoch_ended_ = true;
}

// fit has ended with the averages by itself.
void SwapEMAWeights::on_train_end(Logs&) {
  if (std::exchange(epoch_ended_, false)) --uses_;
}

// After an exception the model is to have the weights that the last step gave it.
void SwapEMAWeights::detached() {
  if (--attached_calls_ > 0 || uses_ == 0) return;
  uses_ = 1;
  epoch_ended_ = false;
  restore_weights();
}

}  // namespace keratin::callbacks
