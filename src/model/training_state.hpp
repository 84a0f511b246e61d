#pragma once
// PRIVATE: a call of fit at work, and its whole state between two steps, from which another run of
// the program continues with the same bits.

#include <map>
#include <string>
#include <utility>

#include "keratin/config.hpp"
#include "keratin/logs.hpp"
#include "keratin/model.hpp"
#include "keratin/tensor.hpp"

namespace keratin {

class CallbackList;
class Feed;
class MetricSet;

/// What can be written to a file: numbers and texts, and tensors with names.
struct TrainingState {
  Config values = {};
  std::map<std::string, Tensor> tensors = {};
};

/// What a call of fit works with, and how far it has come. Everything is borrowed but the progress.
struct FitRun {
  Model& model;
  MetricSet& metrics;  // of training
  Feed& train;
  Feed* validation;  // null: none
  History& history;  // of the epochs that have ended
  int epoch = 0;     // the one at work
  long step = 0;     // steps made in it; 0 between epochs
  Logs logs = {};    // of the last step or epoch

  /// Everything that the steps to come depend on: weights, the optimizer's state, random streams,
  /// the place in the data, running metrics, what callbacks remember, and the above.
  TrainingState get_state(const CallbackList& callbacks) const;
  /// Throws std::invalid_argument if the state is of another model, optimizer, data or list of
  /// callbacks; the run must not go on then.
  void set_state(const TrainingState& state, const CallbackList& callbacks);
};

/// The place of a state: which epoch, and how many steps into it.
std::pair<int, long> place_of(const TrainingState& state);

}  // namespace keratin
