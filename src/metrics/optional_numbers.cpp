#include "keratin/metrics/optional_numbers.hpp"

#include "keratin/fields.hpp"

namespace keratin::metrics {

Config OptionalNumbers::config() const {
  if (!given()) return {};
  return is_list_ ? to_config(*values_) : Config(values_->front());
}

OptionalNumbers OptionalNumbers::from_config(const Config& config) {
  if (config.is_null()) return {};
  constexpr const char* where = "OptionalNumbers";
  if (config.get_if<Config::List>())
    return value_of<std::vector<double>>(config, where, "the list");
  return value_of<double>(config, where, "the value");
}

}  // namespace keratin::metrics
