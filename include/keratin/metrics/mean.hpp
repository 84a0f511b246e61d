#pragma once
// Averages: Mean, Sum, and a function or a loss as a metric.

#include <functional>
#include <memory>
#include <string>

#include "keratin/losses.hpp"
#include "keratin/metrics/metric.hpp"

namespace keratin::metrics {

/// Of metrics that take nothing else.
struct MetricOptions {
  std::string name = "";  // the default: Keras's
};

/// Weighted mean of values (N, ...): each sample's mean over its other axes counts once, or its
/// weight times.
class Mean : public Metric {
 public:
  explicit Mean(MetricOptions options = {});
  void update_state(const Tensor& values, const Tensor& sample_weight = {});
  double result() const override { return count_ == 0 ? 0 : total_ / count_; }
  void reset_state() override { total_ = count_ = 0; }

 protected:
  Mean(std::string name, Direction direction) : Metric(std::move(name), direction) {}
  /// Values times weights, and weights.
  void add(double values, double weights) { total_ += values, count_ += weights; }

 private:
  void update_state(const Tensor&, const Tensor&,
                    const Tensor&) override;  // throws: a mean is of values
  double total_ = 0, count_ = 0;
};

/// Weighted sum of values.
class Sum : public Metric {
 public:
  explicit Sum(MetricOptions options = {});
  void update_state(const Tensor& values, const Tensor& sample_weight = {});
  double result() const override { return total_; }
  void reset_state() override { total_ = 0; }

 private:
  void update_state(const Tensor&, const Tensor&, const Tensor&) override;  // throws
  double total_ = 0;
};

/// Square root of the mean of (y_pred - y_true)^2 over everything seen.
class RootMeanSquaredError : public Mean {
 public:
  explicit RootMeanSquaredError(MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  double result() const override;
};

/// The mean of a function on nodes that gives values (N, ...), or a single value for the batch.
class MeanMetricWrapper : public Mean {
 public:
  using Function = std::function<Node(Node y_true, Node y_pred)>;
  explicit MeanMetricWrapper(Function function, MetricOptions options = {});
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  void update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight = {}) override;

 protected:
  MeanMetricWrapper(Function function, MetricOptions options, const char* name,
                    Direction direction);

 private:
  // Kept from update to update, so that none allocates; a copy of the metric starts its own.
  struct OwnTape {
    OwnTape() = default;
    OwnTape(const OwnTape&) {}
    OwnTape& operator=(const OwnTape&) { return *this; }
    std::unique_ptr<GradientTape> tape = {};
  };
  Function function_;
  OwnTape own_;
};

/// A loss object as a metric: its value for a batch, averaged over batches that count alike. With
/// weights (which Keras refuses here) it is the loss's weighted value.
class LossMetric : public MeanMetricWrapper {
 public:
  explicit LossMetric(LossHandle loss, MetricOptions options = {});
  void update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight = {}) override;

 private:
  LossHandle loss_;
};

}  // namespace keratin::metrics
