#include "layers/noise.hpp"

#include "keratin/fields.hpp"

namespace keratin::layers {

Shape noise_shape(const Shape& input, const std::vector<std::optional<int>>& sizes,
                  const char* where) {
  Shape shape = input;
  bool fits = sizes.size() == input.size();
  for (std::size_t i = 0; fits && i < sizes.size(); ++i) {
    if (!sizes[i]) continue;
    fits = *sizes[i] == 1 || static_cast<std::size_t>(*sizes[i]) == input[i];
    shape[i] = static_cast<std::size_t>(*sizes[i]);
  }
  if (!fits) [[unlikely]]
    fail(where, "noise_shape is ", to_config(sizes), " for inputs of shape ", input,
         ", wanted for each axis its size, 1 or None");
  return shape;
}

}  // namespace keratin::layers
