#pragma once
// PRIVATE: the loops of fit, evaluate and predict.

#include "keratin/model.hpp"
#include "model/batches.hpp"
#include "model/progress_bar.hpp"

namespace keratin {

class Training {
 public:
  explicit Training(Model& model) : model_(model) {}
  ~Training() {  // however training ends
    each_callback([](Callback& callback) { callback.set_model(nullptr); });
  }

  History fit(ArrayView x, ArrayView y, FitOptions options);
  Logs evaluate(ArrayView x, ArrayView y, const EvaluateOptions& options);
  Tensor predict(ArrayView x, const PredictOptions& options);
  Logs on_batch(ArrayView x, ArrayView y, ArrayView sample_weight, bool train);

 private:
  /// Rows of a data set, checked against the model.
  struct Data {
    ArrayView x, y, sample_weight;
  };
  Data checked(const char* where, ArrayView x, ArrayView y, ArrayView sample_weight);
  void prepare(const char* where,
               const ArrayView& x);  // builds the model; samples must fit its input
  void gather(const Data& data, std::span<const std::uint32_t> rows, Batch& batch) const;
  Logs train_epoch(const Data& data, Batches& batches, int steps, ProgressBar& bar, int& done);
  Logs test_pass(const Data& data, int batch_size, std::optional<int> steps, ProgressBar* bar);

  // hook(callback) for every callback, in order
  template <class Hook>
  void each_callback(const Hook& hook) {
    for (const auto& callback : callbacks_) hook(*callback);
  }
  void attach(const Callbacks& callbacks, const History::Params& params);

  Model& model_;
  Callbacks callbacks_;
};

}  // namespace keratin
