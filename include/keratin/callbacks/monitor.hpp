#pragma once

#include <optional>
#include <string>

#include "keratin/logs.hpp"

namespace KERATIN_API keratin {

class Model;

namespace callbacks {

/// What EarlyStopping and its like go by: one of the logged values, and what improves it.
class Monitor {
 public:
  /// `owner`: the callback's name, for messages. `name`: of the value in the logs. `mode`: "min" if
  /// less is better, "max" if more is, "auto" to go by the loss or metric of that name (without
  /// val_); another one warns and counts as "auto". `min_delta`: an improvement is larger than its
  /// absolute value.
  Monitor(std::string owner, std::string name, const std::string& mode, double min_delta);

  /// With mode "auto" finds out which way is better. Throws std::invalid_argument if `name` is
  /// neither the loss nor a compiled metric that tells.
  void set_direction(const Model& model);
  /// The monitored value. Warns and returns nothing if it has not been logged.
  std::optional<double> value(const Logs& logs) const;
  /// Whether `value` is better than `reference`, compared as float32 as in Keras; any value is
  /// better than nothing. NaN improves on nothing else, and nothing improves on it.
  bool improves(double value, std::optional<double> reference) const;

 private:
  std::string owner_, name_;
  double min_delta_;
  bool automatic_, more_is_better_;
};

}  // namespace callbacks

}  // namespace keratin
