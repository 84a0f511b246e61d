#include "keratin/compile.hpp"

#include <algorithm>

#include "keratin/check.hpp"
#include "model/state.hpp"

namespace keratin {

OptimizerChoice::OptimizerChoice(const char* name)
    : make_([name = std::string(name)] { return optimizers::get(name); }) {
  make_();
}

MetricChoices::Choice::Choice(const char* name)
    : make_([name = std::string(name)](const Shape& y_true, const Shape& y_pred) {
        return metrics::resolve(name, y_true, y_pred);
      }) {
  metrics::check_name(name);
}

MetricChoices::Choice::Choice(const Loss& loss)
    : make_([loss](const Shape&, const Shape&) {
        return std::make_shared<metrics::LossMetric>(loss);
      }) {}

MetricChoices::Choice::Choice(std::function<Node(Node, Node)> function, int)
    : make_([function = std::move(function)](const Shape&, const Shape&) {
        return std::make_shared<metrics::MeanMetricWrapper>(function);
      }) {}

// Two metrics never share a name: a weighted one becomes weighted_accuracy, any other accuracy_1,
// accuracy_2, ...
void Model::State::make_metrics(const Shape& y_true, const Shape& y_pred) {
  if (!metrics.empty()) return;
  const auto taken = [&](const std::string& name) {
    const auto has_it = [&](const CompiledMetric& made) { return made.metric->name == name; };
    return name == "loss" || std::any_of(metrics.begin(), metrics.end(), has_it);
  };
  const auto make = [&](const MetricChoices& choices, bool weighted) {
    for (const auto& choice : choices) {
      const std::shared_ptr<Metric> metric = choice.make(y_true, y_pred);
      std::string name = metric->name;
      if (weighted && taken(name)) name = "weighted_" + name;
      for (int i = 1; taken(name); ++i) name = metric->name + "_" + std::to_string(i);
      metric->name = name;
      metrics.push_back({metric, weighted});
    }
  };
  make(compiled->metrics, false);
  make(compiled->weighted_metrics, true);
}

void Model::State::reset_metrics() {
  loss_total = loss_count = 0;
  for (CompiledMetric& compiled : metrics) compiled.metric->reset_state();
}

}  // namespace keratin
