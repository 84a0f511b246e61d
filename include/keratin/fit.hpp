#pragma once
// What fit, evaluate and predict take: Keras's arguments in Keras's order.

#include <initializer_list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "keratin/array_view.hpp"
#include "keratin/callbacks.hpp"
#include "keratin/dataset.hpp"

namespace KERATIN_API keratin {

/// How much is printed. 0: nothing; 1: a progress bar (one line per epoch when stdout is no
/// terminal); 2: one line per epoch; -1: Keras's "auto", which is 1.
using Verbose = int;

/// {x, y}, {x, y, sample_weight}, or a Dataset of batches.
class ValidationData {
 public:
  ValidationData() = default;  // none
  ValidationData(ArrayView inputs, ArrayView targets, ArrayView weights = {})
      : x(std::move(inputs)), y(std::move(targets)), sample_weight(std::move(weights)) {}
  ValidationData(Dataset data) : dataset(std::move(data)) {}
  bool given() const { return dataset || x.given() || y.given() || sample_weight.given(); }

  ArrayView x = {}, y = {}, sample_weight = {};
  std::optional<Dataset> dataset = {};
};

/// Validate every n-th epoch, or after the epochs (counted from 1) of a list.
class ValidationFreq {
 public:
  ValidationFreq(int every = 1);  // throws below 1
  ValidationFreq(std::initializer_list<int> epochs) : epochs_(epochs) {}
  bool due(int epoch) const;  // epoch counted from 0

 private:
  int every_ = 0;  // 0: the list counts
  std::vector<int> epochs_;
};

/// With a Dataset, batch_size, validation_split, shuffle and sample_weight are not allowed: the
/// Dataset says all that.
struct FitOptions {
  std::optional<int> batch_size = {};  // default: all rows in steps_per_epoch batches, else 32
  int epochs = 1;                      // index of the last epoch plus one: see initial_epoch
  Verbose verbose = -1;
  Callbacks callbacks = {};
  double validation_split = 0;          // the last part of the data, cut off before shuffling
  ValidationData validation_data = {};  // goes before validation_split
  bool shuffle = true;
  std::map<int, double> class_weight = {};  // a class that is not named weighs 1
  ArrayView sample_weight = {};             // (rows), or any shape that fits the loss's values
  int initial_epoch = 0;
  std::optional<int> steps_per_epoch = {};  // a pass over the data may go on in the next epoch
  std::optional<int> validation_steps = {};
  std::optional<int> validation_batch_size = {};  // default: batch_size, chosen as there
  ValidationFreq validation_freq = 1;
};

struct EvaluateOptions {
  std::optional<int> batch_size = {};  // default: all rows in `steps` batches, else 32
  Verbose verbose = -1;
  ArrayView sample_weight = {};
  std::optional<int> steps = {};
  Callbacks callbacks = {};
};

struct PredictOptions {
  std::optional<int> batch_size = {};  // default: all rows in `steps` batches, else 32
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
