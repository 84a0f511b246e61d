#include "layers/noise.hpp"

#include "keratin/fields.hpp"

namespace keratin::layers {

Node ones_in_noise_shape(Node x, const std::vector<std::optional<int>>& sizes, const char* where) {
  const Shape& input = x.shape();
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
  if (!sizes.front()) return ones_for_rows_of(x, shape);
  return x.tape().make(shape, [](Tensor& values) { values.fill(1); });  // the same for all rows
}

}  // namespace keratin::layers
