#include <algorithm>
#include <iterator>

#include "keratin/losses/loss.hpp"

namespace keratin {

namespace {

// The first of each kind names the enumerator.
constexpr NamedValue<Reduction::Kind> kinds[] = {
    {"sum_over_batch_size", Reduction::sum_over_batch_size},
    {"auto", Reduction::sum_over_batch_size},
    {"mean", Reduction::sum_over_batch_size},
    {"sum", Reduction::sum},
    {"mean_with_sample_weight", Reduction::mean_with_sample_weight},
    {"none", Reduction::none},
};

}  // namespace

Reduction::Reduction(Kind kind) : kind_(kind) {
  const auto* row = std::find_if(std::begin(kinds), std::end(kinds),
                                 [kind](const auto& known) { return known.value == kind; });
  check<std::logic_error>(row != std::end(kinds), "reduction", "a kind without a name");
  name_ = row->class_name;
}

Reduction::Reduction(const std::string& name) {
  const std::span<const NamedValue<Kind>> rows = kinds;
  const NamedValue<Kind>* row = find_row(rows, name);
  if (!row) fail_unknown("reduction", rows, name);
  kind_ = row->value;
  name_ = row->class_name;
}

Reduction Reduction::from_config(const Config& config) {
  if (config.is_null()) return none;  // Keras's None
  return value_of<std::string>(config, "loss", "reduction");
}

}  // namespace keratin
