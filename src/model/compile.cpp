#include "keratin/compile.hpp"

#include <algorithm>

#include "core/exact_numbers.hpp"
#include "core/never_destroyed.hpp"
#include "keratin/check.hpp"
#include "keratin/family.hpp"
#include "model/state.hpp"

namespace keratin {

// An unknown name fails here rather than at the first batch, which makes the metric. The one made
// to find out is given a name, so that it takes none of the automatic ones.
MetricChoice::MetricChoice(const std::string& name) : name_(name) {
  if (metrics::depends_on_shapes(name)) return;
  const bool custom = detail::find_custom(typeid(Metric), name) != nullptr;
  make_member<Metric>(name, custom ? Config::Object{} : Config::Object{{"name", name}});
}

std::shared_ptr<Metric> MetricChoice::make(const Shape& y_true, const Shape& y_pred) const {
  return name_.empty() ? metric_.copy() : metrics::resolve(name_, y_true, y_pred);
}

Config MetricChoice::config() const { return name_.empty() ? metric_.config() : Config(name_); }

MetricChoice MetricChoice::from_config(const Config& config) {
  if (const std::string* name = config.get_if<std::string>()) return *name;
  const Config* class_name = config.find("class_name");
  if (!class_name || *class_name != "MeanMetricWrapper") return member_from_config<Metric>(config);
  const Config* options = config.find("config");
  const Config* function = options ? options->find("fn") : nullptr;
  check(function && function->get_if<std::string>(), "metric",
        "a MeanMetricWrapper has no function of Keras: ", config);
  const std::shared_ptr<Metric> metric = metrics::get(*function->get_if<std::string>());
  if (const Config* name = options->find("name"))
    metric->name = value_of<std::string>(*name, "metric", "name");
  return metric;
}

Config MetricChoices::config() const {
  if (list_.empty()) return {};
  return to_config(list_);
}

MetricChoices MetricChoices::from_config(const Config& config) {
  MetricChoices choices;
  if (config.is_null()) return choices;
  const auto* list = config.get_if<Config::List>();
  check(list != nullptr, "metrics", "are ", config, ", wanted a list for a model with one output");
  const bool nested = list->size() == 1 && list->front().get_if<Config::List>();
  for (const Config& each : nested ? *list->front().get_if<Config::List>() : *list)
    choices.push_back(MetricChoice::from_config(each));
  return choices;
}

void MetricSet::reset() {
  loss_total_ = 0;
  loss_count_ = 0;
  for (CompiledMetric& compiled : metrics_) compiled.metric->reset_state();
}

Logs MetricSet::update(const CompileOptions& compiled, const Batch& batch, Node y_pred,
                       double loss) {
  if (!made_) make(compiled, batch.y.shape(), y_pred.shape());
  const bool divided = batch.rows.total > 0;
  const auto rows = static_cast<double>(divided ? batch.rows.total : batch.x.shape().front());
  loss_total_ += rows * loss;
  loss_count_ += rows;
  Logs logs;
  logs["loss"] = loss_total_ / loss_count_;
  if (metrics_.empty()) return logs;
  if (Replicas* const processes = y_pred.tape().replicas())
    update_together(*processes, batch, y_pred);
  else
    update_metrics(batch, y_pred);
  for (const CompiledMetric& each : metrics_) logs[each.metric->name] = each.metric->result();
  return logs;
}

void MetricSet::update_metrics(const Batch& batch, Node y_pred) {
  static NeverDestroyed<const Tensor> unweighted;
  const Node y_true = y_pred.tape().constant(batch.y);
  for (const CompiledMetric& each : metrics_)
    each.metric->update_on_tape(y_true, y_pred, each.weighted ? batch.sample_weight : *unweighted);
}

// States are sums over rows: what the rows of all processes add to them is summed.
void MetricSet::update_together(Replicas& processes, const Batch& batch, Node y_pred) {
  before_.clear();
  for (const CompiledMetric& each : metrics_) before_.push_back(each.metric->get_state());
  update_metrics(batch, y_pred);
  added_.clear();
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    const std::vector<double> after = metrics_[i].metric->get_state();
    check(!after.empty(), metrics_[i].metric->name,
          "cannot be summed over processes: it has no get_state() and set_state()");
    before_[i].resize(after.size(), 0.0);  // there was none before the first batch
    for (std::size_t j = 0; j < after.size(); ++j) added_.push_back(after[j] - before_[i][j]);
  }
  processes.sum(added_);
  const double* added = added_.data();
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    for (double& number : before_[i]) number += *added++;
    metrics_[i].metric->set_state(before_[i]);
  }
}

Direction MetricSet::direction_of(std::string_view metric_name) const {
  for (const CompiledMetric& compiled : metrics_)
    if (compiled.metric->name == metric_name) return compiled.metric->direction;
  return Direction::unknown;
}

// Two metrics never share a name: a weighted one becomes weighted_accuracy, any other accuracy_1,
// accuracy_2, ...
void MetricSet::make(const CompileOptions& compiled, const Shape& y_true, const Shape& y_pred) {
  const auto taken = [&](const std::string& name) {
    const auto has_it = [&](const CompiledMetric& other) { return other.metric->name == name; };
    return name == "loss" || std::any_of(metrics_.begin(), metrics_.end(), has_it);
  };
  const auto add = [&](const MetricChoices& choices, bool weighted) {
    for (const auto& choice : choices) {
      const std::shared_ptr<Metric> metric = choice.make(y_true, y_pred);
      std::string name = metric->name;
      if (weighted && taken(name)) name = "weighted_" + name;
      for (int i = 1; taken(name); ++i) name = metric->name + "_" + std::to_string(i);
      metric->name = name;
      metrics_.push_back({metric, weighted});
    }
  };
  metrics_.clear();
  add(compiled.metrics, false);
  add(compiled.weighted_metrics, true);
  made_ = true;
  y_true_ = y_true;
  y_pred_ = y_pred;
}

Config MetricSet::get_state() const {
  if (!made_) return {};
  Config::List states;
  for (const CompiledMetric& compiled : metrics_) {
    Config::List numbers;
    for (const double number : compiled.metric->get_state())
      numbers.push_back(exact_number(number));
    states.push_back(std::move(numbers));
  }
  return Config::Object{{"y_true", to_config(y_true_)},
                        {"y_pred", to_config(y_pred_)},
                        {"loss_total", exact_number(loss_total_)},
                        {"loss_count", exact_number(loss_count_)},
                        {"metrics", std::move(states)}};
}

void MetricSet::set_state(const CompileOptions& compiled, const Config& state) {
  constexpr const char* where = "metrics";
  if (state.is_null()) return;
  const StateReader values(where, state);
  make(compiled, value_of<Shape>(values.at("y_true"), where, "y_true"),
       value_of<Shape>(values.at("y_pred"), where, "y_pred"));
  loss_total_ = values.number("loss_total");
  loss_count_ = values.number("loss_count");
  const Config::List& states = values.list("metrics");
  check(states.size() == metrics_.size(), where, "the saved state is of ", states.size(),
        " metrics, the model has ", metrics_.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    std::vector<double> numbers;
    for (const Config& number : list_of(where, states[i]))
      numbers.push_back(number_of(where, number));
    metrics_[i].metric->set_state(numbers);
  }
}

}  // namespace keratin
