#pragma once
// PRIVATE: what a Model keeps between calls.

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "keratin/model.hpp"
#include "kernels/helper_trial.hpp"
#include "model/batches.hpp"

namespace keratin {

/// What one forward pass needs besides the weights. Kept for the next, so that nothing is allocated
/// after the first.
struct Workspace {
  GradientTape tape;
  Batch batch;
  std::vector<std::uint32_t> rows;
};

/// A compiled metric and whether sample weights reach it.
struct CompiledMetric {
  std::shared_ptr<Metric> metric;
  bool weighted;
};

struct Model::State {
  std::shared_ptr<Optimizer> optimizer;
  std::optional<CompileOptions> compiled;
  std::vector<CompiledMetric> metrics;    // made from the first batch's shapes
  double loss_total = 0, loss_count = 0;  // of the epoch so far, a batch weighing its samples
  Workspace work;                         // of training and evaluation
  kernels::HelperTrial train_trial, test_trial;

  // Predictions may run in several threads at once: each takes a workspace of its own.
  std::mutex lock;
  std::vector<std::unique_ptr<Workspace>> idle;
  std::unique_ptr<Workspace> borrow();
  void give_back(std::unique_ptr<Workspace> workspace);

  void make_metrics(const Shape& y_true, const Shape& y_pred);
  void reset_metrics();
};

}  // namespace keratin
