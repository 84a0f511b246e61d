#include <algorithm>
#include <cmath>
#include <string_view>

#include "keratin/check.hpp"
#include "keratin/plot.hpp"

namespace keratin::plot {

namespace {

constexpr std::string_view validation = "val_";
constexpr std::size_t most_metrics = 4;  // in one panel
constexpr std::size_t most_points = 40;  // on a curve that marks each of them
constexpr double like_scale = 4;         // metrics up to this many times larger share a panel

/// The metric that a series belongs to: val_acc is the acc of the validation data.
std::string metric_of(const std::string& name) {
  return name.starts_with(validation) ? name.substr(validation.size()) : name;
}

/// The largest magnitude among the values.
double scale_of(const std::vector<double>& values) {
  double largest = 0;
  for (double value : values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest;
}

/// A series over its epochs, counted from 1: those in which it was logged.
Curve curve_of(const History& history, const std::string& name, int color) {
  const std::vector<double>& values = history[name];
  Curve curve{.name = name,
              .y = values,
              .dashed = name.starts_with(validation),
              .points = values.size() <= most_points,
              .color = color};
  for (int epoch : history.epochs(name)) curve.x.push_back(epoch + 1.0);
  return curve;
}

bool needs_log_scale(const std::vector<Curve>& curves) {
  double low = INFINITY, high = 0;
  for (const Curve& curve : curves)
    for (double value : curve.y) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  return low > 0 && high > 10 * low;
}

/// The metrics of one panel, without their validation series.
struct Group {
  std::vector<std::string> metrics;
  double scale = 0;  // of the first metric
  bool takes(const std::string& metric, double metric_scale) const {
    return metric != "loss" && metrics.front() != "loss" && metrics.size() < most_metrics &&
           metric_scale <= like_scale * scale && scale <= like_scale * metric_scale;
  }
};

/// The loss has a group of its own, the first; metrics of like scale share one. In log order.
std::vector<Group> groups_of(const History& history) {
  std::vector<Group> groups;
  std::vector<std::string> seen;
  for (const auto& [name, values] : history.history) {
    const std::string metric = metric_of(name);
    if (std::find(seen.begin(), seen.end(), metric) != seen.end()) continue;
    seen.push_back(metric);
    const double scale = scale_of(values);
    const auto group = std::find_if(groups.begin(), groups.end(),
                                    [&](const Group& one) { return one.takes(metric, scale); });
    if (group != groups.end())
      group->metrics.push_back(metric);
    else
      groups.insert(metric == "loss" ? groups.begin() : groups.end(), {{metric}, scale});
  }
  return groups;
}

Panel panel_of(const History& history, const Group& group) {
  const bool alone = group.metrics.size() == 1;
  Panel panel{.options = {.x_label = "epoch", .y_label = alone ? group.metrics[0] : "metrics"}};
  for (std::size_t m = 0; m < group.metrics.size(); ++m) {
    // A metric and its validation share a colour, unless there is room for one each.
    const int color = alone ? -1 : static_cast<int>(m);
    for (const std::string& name : {group.metrics[m], "val_" + group.metrics[m]})
      if (history.history.contains(name)) panel.curves.push_back(curve_of(history, name, color));
  }
  panel.options.log_y = group.metrics[0] == "loss" && needs_log_scale(panel.curves);
  if (panel.options.log_y) panel.options.y_label += " (log scale)";
  return panel;
}

}  // namespace

void history(const History& history, const std::string& path, const HistoryOptions& options) {
  check(!history.history.empty() && !history.epoch.empty(), "plot::history",
        "the history is empty: no epoch was run to its end");
  std::vector<Panel> sheet;
  for (const Group& group : groups_of(history)) sheet.push_back(panel_of(history, group));
  panels(sheet, path, {.title = options.title});
}

}  // namespace keratin::plot
