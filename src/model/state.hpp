#pragma once
// PRIVATE: what a Model keeps between calls.

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "core/replicas.hpp"
#include "keratin/model.hpp"
#include "kernels/thread_trial.hpp"

namespace keratin {

/// What one forward pass needs besides the weights. Kept for the next, so that nothing is allocated
/// after the first.
struct Workspace {
  GradientTape tape;
  Batch batch;
  kernels::ThreadTrial predict_trial;  // of the predictions made with it

  /// Tells the tape which rows the batch has, where it is divided among processes.
  void divide_tape() {
    tape.divide(batch.rows.total > 0 ? replicas() : nullptr, batch.rows,
                {&batch.x, &batch.y, &batch.sample_weight});
  }
};

/// The compiled metrics, and the average of the loss, over the batches since the last reset.
/// Training and evaluation have one each, so that an evaluation in the middle of an epoch leaves
/// the logs of training alone.
class MetricSet {
 public:
  void reset();
  /// Adds a batch and returns the logs so far. Makes the metrics from the first batch's shapes.
  Logs update(const CompileOptions& compiled, const Batch& batch, Node y_pred, double loss);
  /// The sums so far and the shapes that the metrics were made for; and back.
  Config get_state() const;
  void set_state(const CompileOptions& compiled, const Config& state);
  /// Of the metric of that name; unknown if there is none.
  Direction direction_of(std::string_view metric_name) const;

 private:
  struct CompiledMetric {
    std::shared_ptr<Metric> metric;
    bool weighted;  // whether sample weights reach it
  };
  void make(const CompileOptions& compiled, const Shape& y_true, const Shape& y_pred);
  void update_metrics(const Batch& batch, Node y_pred);
  void update_together(Replicas& processes, const Batch& batch, Node y_pred);
  std::vector<CompiledMetric> metrics_;
  bool made_ = false;
  Shape y_true_, y_pred_;                   // for which they were made
  double loss_total_ = 0, loss_count_ = 0;  // a batch weighs its samples

  // Of one update of several processes, kept for the next.
  std::vector<std::vector<double>> before_;  // the metrics' states
  std::vector<double> added_;                // to them, one behind the other
};

struct Model::State {
  std::shared_ptr<Optimizer> optimizer;
  std::optional<CompileOptions> compiled;
  MetricSet train_metrics, test_metrics;
  MetricSet* metrics = &train_metrics;  // of the step that is at work
  bool testing = false;                 // a test pass is at work
  std::optional<Node> output;           // of the last training step, until the tape is used again
  Workspace work;                       // of training and evaluation
  kernels::ThreadTrial train_trial, test_trial;
  bool warned_of_no_weights = false;

  // Predictions may run in several threads at once: each takes a workspace of its own, and one of
  // them builds the model.
  std::mutex lock;
  std::vector<std::unique_ptr<Workspace>> idle;
};

}  // namespace keratin
