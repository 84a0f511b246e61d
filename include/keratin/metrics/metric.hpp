#pragma once
// Metric: what a model is judged by, gathered over batches.

#include <span>
#include <string>
#include <vector>

#include "keratin/family.hpp"
#include "keratin/tape.hpp"
#include "keratin/tensor.hpp"

namespace KERATIN_API keratin {

namespace metrics {
class MeanMetricWrapper;
}

/// Which way a metric gets better: what callbacks with mode "auto" go by.
enum class Direction : unsigned char { unknown, up, down };

/// Derive for a metric of one's own; copying copies the state. A class with options derives from
/// Configured<Metric, Options> and so can be saved and made by name as the built-in ones.
///
/// Weights, where given, have the shape of the values or of their leading axes: (N), (N, 1),
/// (N, T), or rank 0 for all. A shape that does not fit throws std::invalid_argument.
class Metric {
 public:
  using Family = Metric;
  /// Of a function of y_true and y_pred given as a metric. Include keratin/metrics/wrappers.hpp.
  using FromFunction = metrics::MeanMetricWrapper;
  static const ClassTable<Metric>& table();

  explicit Metric(std::string metric_name, Direction metric_direction = Direction::unknown);
  Metric(const Metric&) = default;
  Metric(Metric&&) = default;
  Metric& operator=(const Metric&) = default;
  Metric& operator=(Metric&&) = default;
  virtual ~Metric();

  /// Adds a batch.
  virtual void update_state(const Tensor& y_true, const Tensor& y_pred,
                            const Tensor& sample_weight = {}) = 0;
  /// The same with a batch that is on a tape. Losses and functions as metrics see where y_pred came
  /// from: a cross-entropy of softmax's own output starts from the logits, as in Keras on
  /// TensorFlow.
  virtual void update_on_tape(Node y_true, Node y_pred, const Tensor& sample_weight = {});
  /// The value over all batches since the last reset, 0 when there were none. Where there are
  /// several values (classes, thresholds) it is their mean, as in Keras's progress bar.
  virtual double result() const = 0;
  /// All values: (values), or rank 0 where the metric is one number.
  virtual Tensor results() const;
  virtual void reset_state() = 0;

  /// What reset_state() clears, as numbers, so that a run can be resumed within an epoch; and back.
  /// A metric of one's own that overrides neither starts afresh there. set_state() throws
  /// std::invalid_argument for the state of another metric.
  virtual std::vector<double> get_state() const { return {}; }
  virtual void set_state(std::span<const double> state);

  /// The options, from which make_member<Metric>() makes an equal metric without this one's state.
  /// Throws std::invalid_argument for a class without a list of fields.
  virtual Config get_config() const;

  std::string name;
  Direction direction;

 protected:
  /// Throws unless there are so many numbers.
  void check_state(std::span<const double> state, std::size_t wanted) const;
};

}  // namespace keratin
