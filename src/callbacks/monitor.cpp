#include "keratin/callbacks/monitor.hpp"

#include <cmath>
#include <string_view>
#include <utility>

#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/model.hpp"

namespace keratin::callbacks {

Monitor::Monitor(std::string owner, std::string name, const std::string& mode, double min_delta)
    : owner_(std::move(owner)),
      name_(std::move(name)),
      min_delta_(std::abs(min_delta)),
      automatic_(mode != "min" && mode != "max"),
      more_is_better_(mode == "max") {
  if (automatic_ && mode != "auto")
    warn(owner_, "mode is '", mode, "', wanted 'min', 'max' or 'auto': takes 'auto'");
}

void Monitor::set_direction(const Model& model) {
  if (!automatic_) return;
  std::string_view name = name_;
  if (name.starts_with("val_")) name.remove_prefix(4);
  const Direction direction = name == "loss" ? Direction::down : model.metric_direction(name);
  check(direction != Direction::unknown, owner_, "cannot tell whether more or less of '", name_,
        "' is better: say .mode = \"max\" or .mode = \"min\"");
  more_is_better_ = direction == Direction::up;
}

std::optional<double> Monitor::value(const Logs& logs) const {
  if (logs.contains(name_)) return logs[name_];
  warn(owner_, "monitors '", name_,
       "', which is not among the logs: ", joined(logs, [](const auto& log) { return log.first; }));
  return std::nullopt;
}

bool Monitor::improves(double value, std::optional<double> reference) const {
  if (!reference) return true;
  const double with_delta = more_is_better_ ? value - min_delta_ : value + min_delta_;
  const auto now = static_cast<float>(with_delta), before = static_cast<float>(*reference);
  return more_is_better_ ? now > before : now < before;
}

}  // namespace keratin::callbacks
