#include <algorithm>
#include <cmath>

#include "keratin/losses/regression.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"

namespace keratin::losses {

namespace {

// By which a vector is scaled at most: one that is shorter than 1e-7 counts as having this length.
constexpr float largest_scale = 1 / 1e-7f;

// The vectors along one axis of a shape.
struct Vectors {
  std::size_t length;
  std::size_t step = 1;  // between neighbouring elements of a vector

  Vectors(const Shape& shape, std::size_t axis) : length(shape[axis]) {
    for (std::size_t i = axis + 1; i < shape.size(); ++i) step *= shape[i];
  }

  // Calls visit(offset of the first element) for each vector among `size` elements.
  template <class Visit>
  void each(std::size_t size, const Visit& visit) const {
    for (std::size_t block = 0; block < size; block += length * step)
      for (std::size_t i = 0; i < step; ++i) visit(block + i);
  }

  float dot(const float* a, const float* b) const {
    float total = 0;
    for (std::size_t i = 0; i < length; ++i) total += a[i * step] * b[i * step];
    return total;
  }
  float inverse_length(const float* x) const { return 1 / std::sqrt(dot(x, x)); }
};

// x / max(|x|, 1e-7) along an axis. The gradient has a closed form: composed of sums and roots
// it would lose the digits of a short vector and be NaN for a zero one.
Node unit(Node x, int axis) {
  const Vectors vectors(x.shape(), x.shape().axis(axis, "cosine_similarity"));
  return record(
      {x}, x.shape(),
      [&](Tensor& y) {
        vectors.each(y.size(), [&](std::size_t first) {
          const float* in = x.value().data() + first;
          float* out = y.data() + first;
          const float scale = std::min(vectors.inverse_length(in), largest_scale);
          for (std::size_t i = 0; i < vectors.length; ++i)
            out[i * vectors.step] = in[i * vectors.step] * scale;
        });
      },
      [x, vectors](const Tensor& y, const Tensor& dy) {
        accumulate_sum(x, [&](Tensor& dx) {
          vectors.each(y.size(), [&](std::size_t first) {
            const float* unit_vector = y.data() + first;
            const float* upstream = dy.data() + first;
            float* out = dx.data() + first;
            const float inverse = vectors.inverse_length(x.value().data() + first);
            const float scale = std::min(inverse, largest_scale);
            // The part of the gradient along the vector only changes its length, which matters
            // where that is too short.
            const float along = inverse > largest_scale ? 0 : vectors.dot(upstream, unit_vector);
            for (std::size_t i = 0; i < vectors.length * vectors.step; i += vectors.step)
              out[i] += scale * (upstream[i] - along * unit_vector[i]);
          });
        });
      });
}

}  // namespace

constinit const LossFunction<CosineSimilarityArguments> cosine_similarity(
    "cosine_similarity", Labels::numbers,
    [](Node t, Node p, const CosineSimilarityArguments& arguments) {
      const int axis = arguments.axis;
      return -ops::sum(unit(t, axis) * unit(p, axis), axis);
    });
CosineSimilarity::CosineSimilarity(CosineSimilarityOptions options)
    : BuiltInLoss(options, cosine_similarity, {.axis = options.axis}) {}

}  // namespace keratin::losses
