#include "keratin/layers/flatten.hpp"

#include "keratin/ops.hpp"

namespace keratin::layers {

Node Flatten::call(Node x, bool) { return ops::flatten(x); }

}  // namespace keratin::layers
