#pragma once
// What fit, evaluate and predict take: Keras's arguments in Keras's order.

#include <initializer_list>
#include <map>
#include <optional>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/callbacks.hpp"

namespace keratin {

/// How much is printed: nothing; a progress bar (a line an epoch when stdout is no terminal); a
/// line an epoch. -1 is Keras's "auto": 1.
using Verbose = int;

struct ValidationData {
  ArrayView x = {}, y = {}, sample_weight = {};
  bool given() const { return x.given() || y.given() || sample_weight.given(); }
};

/// Validate every n-th epoch, or after the epochs (counted from 1) of a list.
class ValidationFreq {
 public:
  ValidationFreq(int every = 1);  // throws below 1
  ValidationFreq(std::initializer_list<int> epochs) : epochs_(epochs) {}
  bool due(int epoch) const;  // epoch counted from 0

 private:
  int every_ = 0;
  std::vector<int> epochs_;
};

struct FitOptions {
  std::optional<int> batch_size =
      {};          // 32; or rows / steps_per_epoch, rounded up, where that is given
  int epochs = 1;  // index of the last epoch plus one, as in Keras: see initial_epoch
  Verbose verbose = -1;
  Callbacks callbacks = {};
  double validation_split = 0;          // the last part of the data, cut off before shuffling
  ValidationData validation_data = {};  // goes before validation_split
  bool shuffle = true;
  std::map<int, double> class_weight = {};  // a class that is not named weighs 1
  ArrayView sample_weight = {};             // (rows)
  int initial_epoch = 0;
  std::optional<int> steps_per_epoch = {};
  std::optional<int> validation_steps = {};
  std::optional<int> validation_batch_size = {};  // batch_size
  ValidationFreq validation_freq = 1;
};

struct EvaluateOptions {
  int batch_size = 32;
  Verbose verbose = -1;
  ArrayView sample_weight = {};
  std::optional<int> steps = {};
  Callbacks callbacks = {};
};

struct PredictOptions {
  int batch_size = 32;
  Verbose verbose = -1;
  std::optional<int> steps = {};
  Callbacks callbacks = {};
};

struct TrainOnBatchOptions {
  ArrayView sample_weight = {};
  std::map<int, double> class_weight = {};
};

struct TestOnBatchOptions {
  ArrayView sample_weight = {};
};

}  // namespace keratin
