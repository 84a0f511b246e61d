#pragma once
// The activations as functions on nodes and tensors. They work on each element, except for softmax,
// log_softmax, sparsemax and glu. Formulas and gradients, at the corners too, are those of Keras 3
// on TensorFlow. NaN is passed on.

#include <optional>

#include "keratin/activations/unary_function.hpp"

namespace KERATIN_API keratin {
namespace activations {

struct ReluOptions {
  double negative_slope = 0.0;           // of the line through the threshold, at and below it
  std::optional<double> max_value = {};  // larger results become this one
  double threshold = 0.0;                // x is kept above it
};
template <class V>
void fields(V& v, ReluOptions& o) {
  v("negative_slope", o.negative_slope);
  v("max_value", o.max_value);
  v("threshold", o.threshold);
}

struct LeakyReluOptions {
  double negative_slope = 0.2;
};
template <class V>
void fields(V& v, LeakyReluOptions& o) {
  v("negative_slope", o.negative_slope);
}

struct AlphaOptions {
  double alpha = 1.0;  // what is subtracted for large negative x
};
template <class V>
void fields(V& v, AlphaOptions& o) {
  v("alpha", o.alpha);
}

struct GeluOptions {
  bool approximate = false;  // by tanh
};
template <class V>
void fields(V& v, GeluOptions& o) {
  v("approximate", o.approximate);
}

struct ShrinkOptions {
  double threshold = 0.5;  // no |x| below it is kept
};
template <class V>
void fields(V& v, ShrinkOptions& o) {
  v("threshold", o.threshold);
}

struct SquareplusOptions {
  double b = 4.0;  // how smooth the corner is
};
template <class V>
void fields(V& v, SquareplusOptions& o) {
  v("b", o.b);
}

struct AxisOptions {
  int axis = -1;  // along which the results sum to 1, or glu halves x
};
template <class V>
void fields(V& v, AxisOptions& o) {
  v("axis", o.axis);
}

/// x
extern const UnaryFunction<> linear;
/// max(x, 0)
extern const UnaryFunction<ReluOptions> relu;
/// min(max(x, 0), 6)
extern const UnaryFunction<> relu6;
/// x > 0 ? x : negative_slope x
extern const UnaryFunction<LeakyReluOptions> leaky_relu;
/// x > 0 ? x : alpha (e^x - 1)
extern const UnaryFunction<AlphaOptions> elu;
/// 1.0507 elu(x, {1.67326})
extern const UnaryFunction<> selu;
/// max(x, 0) + alpha (e^(min(x, 0) / alpha) - 1). Throws std::invalid_argument if alpha is 0.
extern const UnaryFunction<AlphaOptions> celu;
/// x / 2 (1 + erf(x / sqrt(2)))
extern const UnaryFunction<GeluOptions> gelu;
/// x sigmoid(x)
extern const UnaryFunction<> silu;
/// x tanh(softplus(x))
extern const UnaryFunction<> mish;
/// 1 / (1 + e^-x)
extern const UnaryFunction<> sigmoid;
/// min(max(x / 6 + 1/2, 0), 1)
extern const UnaryFunction<> hard_sigmoid;
/// x hard_sigmoid(x)
extern const UnaryFunction<> hard_silu;
extern const UnaryFunction<> tanh;
/// min(max(x, -1), 1)
extern const UnaryFunction<> hard_tanh;
/// log(1 + e^x)
extern const UnaryFunction<> softplus;
/// x / (1 + |x|)
extern const UnaryFunction<> softsign;
/// e^x
extern const UnaryFunction<> exponential;
/// -softplus(-x)
extern const UnaryFunction<> log_sigmoid;
/// |x| > threshold ? x : 0
extern const UnaryFunction<ShrinkOptions> hard_shrink;
/// x - threshold above the threshold, x + threshold below -threshold, else 0
extern const UnaryFunction<ShrinkOptions> soft_shrink;
/// x - tanh(x)
extern const UnaryFunction<> tanh_shrink;
/// (x + sqrt(x^2 + b)) / 2
extern const UnaryFunction<SquareplusOptions> squareplus;
/// 0 up to -1, (x + 1)^2 / 4 up to 1, then x
extern const UnaryFunction<> sparse_plus;
/// min(max((x + 1) / 2, 0), 1)
extern const UnaryFunction<> sparse_sigmoid;
/// e^x / sum(e^x)
extern const UnaryFunction<AxisOptions> softmax;
/// x - log(sum(e^x))
extern const UnaryFunction<AxisOptions> log_softmax;
/// max(x - t, 0) with a threshold t along the axis (after Martins and Astudillo 2016). As in Keras,
/// t is (c_1 + ... + c_k - 1) / k, of the running sums c of the k largest values: the results sum
/// to 1 where k is 1, but not otherwise.
extern const UnaryFunction<AxisOptions> sparsemax;
/// a sigmoid(b), where a and b are the halves of x along the axis: half as many values (Dauphin et
/// al. 2017). Throws std::invalid_argument for an odd number of values there.
extern const UnaryFunction<AxisOptions> glu;

/// x > threshold ? x : default_value. It has no name, as its arguments have no defaults.
Node threshold(Node x, double threshold, double default_value);
Tensor threshold(const Tensor& x, double threshold, double default_value);

}  // namespace activations
}  // namespace keratin
