#pragma once
// Every differentiable function, a line each. Names and meaning are those of keras.ops; where
// TensorFlow defines a gradient at a kink (relu'(0) = 0, sign(0) = 0, clip passes at its bounds,
// maximum gives a tie to its first argument, max shares a tie evenly), ours is the same. NaN goes
// through. Elementwise functions of two nodes broadcast as NumPy does and throw
// std::invalid_argument with both shapes where that fails.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

#include "keratin/config.hpp"
#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

namespace random {
class SeedGenerator;
}

/// Axes to reduce over: all (the default), one, or a list; -1 is the last.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : Axes({axis}) {}
  Axes(std::initializer_list<int> axes) : Axes(std::span(axes.begin(), axes.size())) {}
  explicit Axes(std::span<const int> axes);
  /// Bit i is set where axis i of `shape` is meant. Throws for an axis that is not there or named
  /// twice.
  std::uint32_t bits(const Shape& shape, const char* where) const;

  /// A list of integers; null for all axes.
  Config config() const;
  /// From what config() gives, or from one integer.
  static Axes from_config(const Config& config);

 private:
  bool all_ = true;
  std::array<int, Shape::max_rank> list_{};
  std::size_t count_ = 0;
};

namespace ops {

// What Node::op() tells of some nodes that losses look for: a softmax over the last axis, ...
inline constexpr Op softmax_op{"softmax"}, sigmoid_op{"sigmoid"}, reshape_op{"reshape"};

// two inputs, broadcast
Node add(Node a, Node b);
Node subtract(Node a, Node b);
Node multiply(Node a, Node b);
Node divide(Node a, Node b);
Node power(Node a, Node b);
Node maximum(Node a, Node b);
Node minimum(Node a, Node b);
// one input and a number
Node add(Node a, float b);
Node multiply(Node a, float b);
Node divide(Node a, float b);
Node divide(float a, Node b);
Node power(Node a, float b);
Node maximum(Node a, float b);
Node minimum(Node a, float b);
Node clip(Node x, float low, float high);
// 1 where it holds, else 0; no gradient
Node equal(Node a, Node b);
Node greater(Node a, Node b);
Node greater_equal(Node a, Node b);
Node less(Node a, Node b);
Node less_equal(Node a, Node b);
Node where(Node condition, Node a, Node b);  // a where condition is not 0, else b
Node stop_gradient(Node x);

// one input
Node negative(Node x);
Node reciprocal(Node x);
Node exp(Node x);
Node expm1(Node x);
Node log(Node x);
Node log1p(Node x);
Node sqrt(Node x);
Node rsqrt(Node x);
Node square(Node x);
Node abs(Node x);
Node sign(Node x);
Node erf(Node x);
Node relu(Node x);
Node sigmoid(Node x);
Node tanh(Node x);
Node softplus(Node x);  // log(1 + e^x)
/// x with a share `rate`, 0 to 1, of its values replaced by 0, and the others divided by 1 - rate.
/// Which ones is drawn from `source`, one word per value.
Node dropout(Node x, double rate, random::SeedGenerator& source);
/// Values of a normal distribution, drawn from `source`, one word per value; a constant.
Node random_normal(GradientTape& tape, const Shape& shape, double mean, double stddev,
                   random::SeedGenerator& source);
/// The same in x's shape, for each of a batch's rows: independent of how these are divided among
/// processes.
Node random_normal(Node x, double mean, double stddev, random::SeedGenerator& source);

// reductions; keepdims leaves axes of size 1
Node sum(Node x, const Axes& axes = {}, bool keepdims = false);
Node mean(Node x, const Axes& axes = {}, bool keepdims = false);
Node max(Node x, const Axes& axes = {}, bool keepdims = false);
Node logsumexp(Node x, const Axes& axes = {}, bool keepdims = false);
Node softmax(Node x, int axis = -1);
Node log_softmax(Node x, int axis = -1);

// shapes
Node reshape(Node x, const Shape& shape);
Node flatten(Node x);  // (N, ...) to (N, product of the rest); (N,) to (N, 1)
Node squeeze(Node x, int axis);
Node expand_dims(Node x, int axis);
Node broadcast_to(Node x, const Shape& shape);
Node transpose(Node x, std::span<const int> axes);
Node transpose(Node x, std::initializer_list<int> axes = {});  // no axes: reversed
Node concatenate(std::initializer_list<Node> parts, int axis = -1);
Tensor concatenate(std::initializer_list<Tensor> parts, int axis = -1);
Tensor concatenate(std::span<const Tensor> parts, int axis = -1);
Node slice(Node x, const Shape& start, const Shape& shape);
Node gather(Node x, Node indices);  // rows of x: indices' shape, then x's without its first axis
Node one_hot(
    Node indices,
    int num_classes);  // indices' shape, then num_classes; an index out of range gives zeros

// products
Node matmul(Node a, Node b);  // (M, K) x (K, N)
enum class Fused : unsigned char { none, relu, tanh };
/// activation(x . kernel + bias) in one pass: x (..., K), kernel (K, N), bias (N).
Node linear(Node x, Node kernel, std::optional<Node> bias = {}, Fused activation = Fused::none);

/// What batch_normalization() multiplies by and adds: a value per feature, or nothing.
struct NormalizationOptions {
  std::optional<Node> offset = {}, scale = {};
  int axis = -1;  // of the features
  double epsilon = 1e-3;
};
/// (x - mean) / sqrt(variance + epsilon) * scale + offset, with a mean and a variance per feature.
Node batch_normalization(Node x, Node mean, Node variance,
                         const NormalizationOptions& options = {});
/// The same with the mean and the variance of x over all other axes, through which the gradient
/// flows. Those that are returned are constants.
struct NormalizedBatch {
  Node y, mean, variance;
};
NormalizedBatch normalize_batch(Node x, const NormalizationOptions& options = {});

// Cross-entropies from logits, stable for logits of any size: one value for each row of the last
// axis, or for each element. Where the softmax of the logits is on the tape already, it is given as
// `probabilities`, and is not computed again.
Node softmax_cross_entropy(Node targets, Node logits, std::optional<Node> probabilities = {});
Node sparse_softmax_cross_entropy(Node labels, Node logits, std::optional<Node> probabilities = {});
Node sigmoid_cross_entropy(Node targets, Node logits);

}  // namespace ops

inline Node operator+(Node a, Node b) { return ops::add(a, b); }
inline Node operator-(Node a, Node b) { return ops::subtract(a, b); }
inline Node operator*(Node a, Node b) { return ops::multiply(a, b); }
inline Node operator/(Node a, Node b) { return ops::divide(a, b); }
inline Node operator-(Node a) { return ops::negative(a); }
inline Node operator+(Node a, float b) { return ops::add(a, b); }
inline Node operator+(float a, Node b) { return ops::add(b, a); }
inline Node operator-(Node a, float b) { return ops::add(a, -b); }
inline Node operator-(float a, Node b) { return ops::add(ops::negative(b), a); }
inline Node operator*(Node a, float b) { return ops::multiply(a, b); }
inline Node operator*(float a, Node b) { return ops::multiply(b, a); }
inline Node operator/(Node a, float b) { return ops::divide(a, b); }
inline Node operator/(float a, Node b) { return ops::divide(a, b); }

}  // namespace keratin
