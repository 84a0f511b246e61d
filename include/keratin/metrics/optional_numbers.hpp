#pragma once
// A number or a list of them as an option that may be left out.

#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "keratin/config.hpp"

namespace KERATIN_API keratin {
namespace metrics {

/// One number, a list of them, or none; a list may be empty. Keras tells 0.5 from [0.5] in its
/// configurations, and so does this.
class OptionalNumbers {
 public:
  OptionalNumbers() = default;  // none
  OptionalNumbers(double one) : values_{{one}}, is_list_(false) {}
  OptionalNumbers(std::initializer_list<double> several) : values_(several) {}
  OptionalNumbers(std::vector<double> several) : values_(std::move(several)) {}

  bool given() const { return values_.has_value(); }
  /// One number is a list of one; throws std::bad_optional_access when there is none.
  const std::vector<double>& values() const { return values_.value(); }

  Config config() const;
  /// Of null, a number or a list of numbers. Throws std::invalid_argument for anything else.
  static OptionalNumbers from_config(const Config& config);

 private:
  std::optional<std::vector<double>> values_;
  bool is_list_ = true;
};

/// The thresholds above which a prediction is positive, each in [0, 1].
using Thresholds = OptionalNumbers;

}  // namespace metrics
}  // namespace keratin
