#include <cmath>

#include "keratin/activations/functions.hpp"
#include "keratin/op.hpp"

namespace keratin::activations {

namespace {

float sigmoid_of(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

constinit const UnaryFunction<AxisOptions> glu("glu", [](Node x, const AxisOptions& options) {
  Shape shape = x.shape();
  const std::size_t axis = shape.axis(options.axis, "glu");
  check(shape[axis] % 2 == 0, "glu", "axis ", options.axis, " of shape ", shape,
        " has an odd number of values, wanted two halves");
  shape[axis] /= 2;
  std::size_t half = 1;  // values of a half that lie side by side
  for (std::size_t i = axis; i < shape.size(); ++i) half *= shape[i];
  static constexpr Op op{"glu"};
  return record(
      op, {x}, shape,
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i) {
          const float* const a = x.value().data() + i + i / half * half;
          y.data()[i] = *a * sigmoid_of(a[half]);
        }
      },
      [x, half](const Tensor& y, const Tensor& dy) {
        accumulate_sum(x, [&](Tensor& dx) {
          for (std::size_t i = 0; i < y.size(); ++i) {
            const std::size_t at = i + i / half * half;
            const float gate = sigmoid_of(x.value().data()[at + half]);
            dx.data()[at] += dy.data()[i] * gate;
            dx.data()[at + half] += dy.data()[i] * y.data()[i] * (1 - gate);
          }
        });
      });
});

}  // namespace keratin::activations
