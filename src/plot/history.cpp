#include <algorithm>
#include <cmath>
#include <string_view>

#include "keratin/check.hpp"
#include "keratin/plot.hpp"

namespace keratin::plot {

namespace {

constexpr std::string_view validation = "val_";
constexpr std::size_t most_metrics = 4, most_points = 40;  // in a panel; on a curve that shows each

std::string stem(const std::string& name) {
  return name.starts_with(validation) ? name.substr(validation.size()) : name;
}

/// The largest size among a series' numbers.
double scale(const std::vector<double>& values) {
  double largest = 0;
  for (double value : values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  return largest;
}

/// Values under their epochs. With a validation_freq of k there are fewer values: they belong to
/// every k-th epoch.
Curve series(const History& history, const std::string& name, int color) {
  const std::vector<double>& values = history[name];
  const std::size_t epochs = history.epoch.size();
  check(!values.empty() && values.size() <= epochs, "plot::history", "'", name, "' has ",
        values.size(), " values for ", epochs, " epochs");
  const std::size_t every = epochs / values.size();
  Curve curve{.name = name,
              .y = values,
              .dashed = name.starts_with(validation),
              .points = epochs <= most_points,
              .color = color};
  for (std::size_t i = 0; i < values.size(); ++i)
    curve.x.push_back(history.epoch[(i + 1) * every - 1] + 1);
  return curve;
}

bool needs_log(const std::vector<Curve>& curves) {
  double low = INFINITY, high = 0;
  for (const Curve& curve : curves)
    for (double value : curve.y)
      if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  return low > 0 && high > 10 * low;
}

struct Group {
  std::vector<std::string> metrics;
  double scale = 0;
  bool takes(const std::string& metric, double its) const {
    return metric != "loss" && metrics.front() != "loss" && metrics.size() < most_metrics &&
           its <= 4 * scale && scale <= 4 * its;
  }
};

/// The loss alone and first, the others with their likes, in log order.
std::vector<Group> groups_of(const History& history) {
  std::vector<Group> groups;
  std::vector<std::string> seen;
  for (const auto& [name, values] : history.history) {
    const std::string metric = stem(name);
    if (std::find(seen.begin(), seen.end(), metric) != seen.end()) continue;
    seen.push_back(metric);
    const double size = scale(values);
    const auto group = std::find_if(groups.begin(), groups.end(),
                                    [&](const Group& one) { return one.takes(metric, size); });
    if (group != groups.end())
      group->metrics.push_back(metric);
    else
      groups.insert(metric == "loss" ? groups.begin() : groups.end(), {{metric}, size});
  }
  return groups;
}

}  // namespace

void history(const History& history, const std::string& path, const HistoryOptions& options) {
  check(!history.history.empty() && !history.epoch.empty(), "plot::history",
        "the history is empty: no epoch was run to its end");
  std::vector<Panel> sheet;
  for (const Group& group : groups_of(history)) {
    Panel panel{
        .options = {.x_label = "epoch",
                    .y_label = group.metrics.size() == 1 ? group.metrics.front() : "metrics"}};
    for (std::size_t m = 0; m < group.metrics.size(); ++m)
      for (const std::string& name : {group.metrics[m], "val_" + group.metrics[m]})
        if (history.history.contains(name))
          panel.curves.push_back(series(history, name, static_cast<int>(m)));
    if (group.metrics.size() == 1)
      for (Curve& curve : panel.curves) curve.color = -1;  // room for a colour each
    panel.options.log_y = group.metrics.front() == "loss" && needs_log(panel.curves);
    if (panel.options.log_y) panel.options.y_label += " (log scale)";
    sheet.push_back(std::move(panel));
  }
  panels(sheet, path, {.title = options.title});
}

}  // namespace keratin::plot
