#pragma once
// A function and a loss as metrics.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "keratin/losses.hpp"
#include "keratin/metrics/mean.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// The mean of a function on nodes that gives values (N, ...), or a single value for the batch.
class MeanMetricWrapper : public RunningMean {
 public:
  using Function = std::function<Node(Node y_true, Node y_pred)>;
  /// Updates throw std::invalid_argument if the function gives values of another shape. Throws if
  /// the function is empty.
  explicit MeanMetricWrapper(Function function, MetricOptions options = {});
  /// One of the library's loss functions: named as it is, unless the options have a name.
  template <class Arguments>
  explicit MeanMetricWrapper(const LossFunction<Arguments>& loss, MetricOptions options = {})
      : MeanMetricWrapper(with_default_name(std::move(options), loss.name()).name, Direction::down,
                          [loss](Node y_true, Node y_pred) { return loss(y_true, y_pred); }) {}
  void update_state(const Tensor& y_true, const Tensor& y_pred,
                    const Tensor& sample_weight = {}) override;
  void update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight = {}) override;
  Config get_config() const override;  // throws: a function has no description

 protected:
  /// For the library's own functions, which may also reduce the batch axis.
  MeanMetricWrapper(std::string metric_name, Direction metric_direction, Function function);
  void add_node(Node values, const Tensor& sample_weight);

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

struct LossMetricOptions {
  LossHandle loss = {};   // required
  std::string name = "";  // "": the loss's
};
template <class V>
void fields(V& v, LossMetricOptions& o) {
  v("loss", o.loss);
  v("name", o.name);
}

/// A loss object as a metric: its value for a batch, averaged over batches that count alike. With
/// weights (which Keras refuses here) it is the loss's weighted value. Not a class of Keras, which
/// wraps a loss as it does a function.
class LossMetric : public Configured<MeanMetricWrapper, LossMetricOptions> {
 public:
  explicit LossMetric(LossMetricOptions options);
  explicit LossMetric(LossHandle loss, LossMetricOptions options = {});
  void update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight = {}) override;
};

}  // namespace metrics
}  // namespace keratin
