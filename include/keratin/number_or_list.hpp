#pragma once

#include <initializer_list>
#include <vector>

#include "keratin/config.hpp"
#include "keratin/fields.hpp"

namespace KERATIN_API keratin {

/// An option that is one number for all, or a list with one for each: Keras tells 0.5 from [0.5].
class NumberOrList {
 public:
  NumberOrList(double value) : values_{value} {}
  NumberOrList(std::initializer_list<double> values) : values_(values), is_list_(true) {}
  NumberOrList(std::vector<double> values) : values_(std::move(values)), is_list_(true) {}

  bool is_list() const { return is_list_; }
  const std::vector<double>& values() const { return values_; }  // a number: one value

  Config config() const { return is_list_ ? to_config(values_) : Config(values_.front()); }
  /// Throws std::invalid_argument for anything else than a number or a list of numbers.
  static NumberOrList from_config(const Config& config) {
    if (config.get_if<Config::List>())
      return value_of<std::vector<double>>(config, "option", "a list");
    return value_of<double>(config, "option", "a number or list");
  }

 private:
  std::vector<double> values_;
  bool is_list_ = false;
};

}  // namespace keratin
