#include "layers/weight_limit.hpp"

#include "keratin/check.hpp"

namespace keratin {

namespace {

thread_local WeightLimit* innermost = nullptr;

}  // namespace

WeightLimit::WeightLimit(std::uint64_t values) : remaining_(values), outer_(innermost) {
  innermost = this;
}

WeightLimit::~WeightLimit() { innermost = outer_; }

void WeightLimit::take(const Shape& shape) {
  if (!innermost) return;
  const std::size_t size = shape.elements();
  check(size <= innermost->remaining_, "layer", "a weight of shape ", shape,
        ": the model has more weights than a file of this size can hold");
  innermost->remaining_ -= size;
}

}  // namespace keratin
