#pragma once
// What compile takes.

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "keratin/losses.hpp"
#include "keratin/metrics.hpp"
#include "keratin/optimizers.hpp"

namespace KERATIN_API keratin {

/// An optimizer: a Keras string or an object, of which each compile makes a copy.
using OptimizerHandle = Handle<Optimizer>;

/// A metric as compile takes it: a Keras string, an object, of which each compile makes a copy, a
/// loss, or a function of y_true and y_pred on nodes.
class MetricChoice {
 public:
  /// Throws std::invalid_argument for an unknown name, listing those there are.
  MetricChoice(const char* name) : MetricChoice(std::string(name)) {}
  MetricChoice(const std::string& name);
  MetricChoice(LossHandle loss) : metric_(metrics::LossMetric(std::move(loss))) {}
  template <class T>
  requires std::derived_from<std::remove_cvref_t<T>, Loss> MetricChoice(T&& loss)
      : MetricChoice(LossHandle(std::forward<T>(loss))) {}
  template <class T>
  requires(std::constructible_from<Handle<Metric>, T> && !std::convertible_to<T, std::string> &&
           !std::derived_from<std::remove_cvref_t<T>, Loss> &&
           !std::derived_from<std::remove_cvref_t<T>, LossHandle>) MetricChoice(T&& metric)
      : metric_(std::forward<T>(metric)) {}

  /// The name by which it was given, else what describe() gives.
  Config config() const;
  /// From what config() gives, and from a function of Keras in its MeanMetricWrapper.
  static MetricChoice from_config(const Config& config);
  /// The metric for targets and predictions of those shapes, batch axis included, which decide what
  /// "accuracy" means.
  std::shared_ptr<Metric> make(const Shape& y_true, const Shape& y_pred) const;

 private:
  std::string name_;       // "" unless given by name
  Handle<Metric> metric_;  // none if given by name
};

/// One metric or a list of them.
class MetricChoices {
 public:
  MetricChoices() = default;
  MetricChoices(std::initializer_list<MetricChoice> choices) : list_(choices) {}
  template <class T>
  requires std::constructible_from<MetricChoice, T> MetricChoices(T&& one)
      : list_{MetricChoice(std::forward<T>(one))} {}
  void push_back(MetricChoice choice) { list_.push_back(std::move(choice)); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }

  /// A list; null if it is empty.
  Config config() const;
  /// From a list, or a list of one list, as Keras has it for a model with one output, or null.
  static MetricChoices from_config(const Config& config);

 private:
  std::vector<MetricChoice> list_;
};

struct CompileOptions {
  OptimizerHandle optimizer = "rmsprop";
  LossHandle loss = {};
  MetricChoices metrics = {};           // ignore sample and class weights
  MetricChoices weighted_metrics = {};  // use them
};
template <class V>
void fields(V& v, CompileOptions& o) {
  v("optimizer", o.optimizer);
  v("loss", o.loss);
  v("metrics", o.metrics);
  v("weighted_metrics", o.weighted_metrics);
}

}  // namespace keratin
