#include "keratin/layers/rescaling.hpp"

#include "keratin/ops.hpp"

namespace keratin::layers {

Node Rescaling::call(Node x, bool) {
  const Node scaled = x * static_cast<float>(options().scale);
  return options().offset == 0 ? scaled : scaled + static_cast<float>(options().offset);
}

}  // namespace keratin::layers
