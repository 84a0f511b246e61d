#include "keratin/layers/softmax.hpp"

#include "keratin/ops.hpp"

namespace keratin::layers {

Node Softmax::call(Node x, bool) { return ops::softmax(x, options().axis); }

}  // namespace keratin::layers
