#pragma once
// Mean and Sum of values, and the base of every metric that is a mean.

#include <string>

#include "keratin/metrics/metric.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// Options of metrics that have no parameters of their own.
struct MetricOptions {
  std::string name = "";  // "": Keras's name for the class
};
template <class V>
void fields(V& v, MetricOptions& o) {
  v("name", o.name);
}

/// What a batch adds to a weighted mean: the sum of its weighted values and that of its weights.
struct WeightedSum {
  double values = 0, weights = 0;
};

/// Base of metrics that are a weighted mean over everything seen. Derived classes turn a batch into
/// values and add them.
class RunningMean : public Metric {
 public:
  double result() const override;
  void reset_state() override { sum_ = {}; }
  std::vector<double> get_state() const override { return {sum_.values, sum_.weights}; }
  void set_state(std::span<const double> state) override;

 protected:
  RunningMean(std::string metric_name, Direction metric_direction);

  void add(const WeightedSum& batch);
  /// Adds values (N, ...) as Mean does.
  void add_values(const Tensor& values, const Tensor& sample_weight);

 private:
  WeightedSum sum_;
};

/// Weighted mean of values (N, ...): each sample's mean over its other axes counts once, or its
/// weight times. It is of values, not of labels and predictions: without a function of both it is
/// no metric for compile, and update_state of three tensors throws.
class Mean : public Configured<RunningMean, MetricOptions> {
 public:
  explicit Mean(MetricOptions options = {});
  void update_state(const Tensor& values, const Tensor& sample_weight = {});

 private:
  void update_state(const Tensor&, const Tensor&, const Tensor&) override;
};

/// Weighted sum of values; as with Mean, update_state of three tensors throws.
class Sum : public Configured<Metric, MetricOptions> {
 public:
  explicit Sum(MetricOptions options = {});
  void update_state(const Tensor& values, const Tensor& sample_weight = {});
  double result() const override { return total_; }
  void reset_state() override { total_ = 0; }
  std::vector<double> get_state() const override { return {total_}; }
  void set_state(std::span<const double> state) override;

 private:
  void update_state(const Tensor&, const Tensor&, const Tensor&) override;
  double total_ = 0;
};

}  // namespace metrics
}  // namespace keratin
