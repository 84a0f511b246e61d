#pragma once
// PRIVATE: reads those weights of a model that a file has in their shapes.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/tape.hpp"

namespace keratin {

/// A variable of a model, by which name people know it, and where a file has its value.
struct WantedWeight {
  Variable* variable;
  std::string name, path;
};

/// `mismatches`: what is wrong apart from the shapes. Throws std::invalid_argument, with nothing
/// changed, unless everything fits; with skip_mismatch warns of what does not and reads the rest.
template <class File>
void read_matching_weights(std::string_view where, const File& file,
                           const std::vector<WantedWeight>& wanted,
                           std::vector<std::string> mismatches, bool skip_mismatch) {
  std::vector<const WantedWeight*> found;
  for (const WantedWeight& weight : wanted) {
    const auto stored = file.find(weight.path);
    const Shape& shape = weight.variable->value.shape();
    if (stored && stored->shape == shape)
      found.push_back(&weight);
    else if (stored)
      mismatches.push_back(
          concat(weight.name, " has shape ", shape, ", the file's has shape ", stored->shape));
    else
      mismatches.push_back(
          concat(weight.name, " is not in the file, where it would be '", weight.path, "'"));
  }
  if (!mismatches.empty()) {
    const std::string list = joined(mismatches, [](const std::string& text) { return text; });
    check(skip_mismatch, where, mismatches.size(), " weights of the model do not fit: ", list,
          ". skip_mismatch loads the others");
    warn(where, "these weights of the model keep their values: ", list);
  }
  std::vector<Tensor> values;  // read completely before anything changes
  for (const WantedWeight* weight : found)
    values.push_back(file.read(weight->path, weight->variable->value.shape()));
  for (std::size_t i = 0; i < values.size(); ++i) found[i]->variable->value = std::move(values[i]);
}

}  // namespace keratin
