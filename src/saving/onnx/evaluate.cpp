#include "saving/onnx/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "keratin/check.hpp"

namespace keratin::onnx {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double clipped(double x, double low, double high) { return std::min(std::max(x, low), high); }

/// A function of one element and the node's attributes.
struct Unary {
  const char* op_type;
  double (*function)(double x, double alpha, double beta);
  const char *alpha = "", *beta = "";  // names of attributes
  double default_alpha = 0, default_beta = 0;
};

const Unary unary_functions[] = {
    {"Abs", [](double x, double, double) { return std::abs(x); }},
    {"Cast", [](double x, double, double) { return x; }},
    {"Celu", [](double x, double a, double) { return x > 0 ? x : a * std::expm1(x / a); }, "alpha",
     "", 1},
    {"Dropout", [](double x, double, double) { return x; }},
    {"Elu", [](double x, double a, double) { return x > 0 ? x : a * std::expm1(x); }, "alpha", "",
     1},
    {"Erf", [](double x, double, double) { return std::erf(x); }},
    {"Erfc", [](double x, double, double) { return std::erfc(x); }},
    {"Exp", [](double x, double, double) { return std::exp(x); }},
    {"HardSigmoid", [](double x, double a, double b) { return clipped(a * x + b, 0, 1); }, "alpha",
     "beta", 0.2, 0.5},
    {"HardSwish", [](double x, double, double) { return x * clipped(x / 6 + 0.5, 0, 1); }},
    {"Identity", [](double x, double, double) { return x; }},
    {"LeakyRelu", [](double x, double a, double) { return x > 0 ? x : a * x; }, "alpha", "", 0.01},
    {"Log", [](double x, double, double) { return std::log(x); }},
    {"Mish", [](double x, double, double) { return x * std::tanh(softplus(x)); }},
    {"Neg", [](double x, double, double) { return -x; }},
    {"Not", [](double x, double, double) { return x == 0 ? 1.0 : 0.0; }},
    {"Reciprocal", [](double x, double, double) { return 1 / x; }},
    {"Relu", [](double x, double, double) { return std::max(x, 0.0); }},
    {"Selu", [](double x, double a, double g) { return g * (x > 0 ? x : a * std::expm1(x)); },
     "alpha", "gamma", 1.67326319217681884765625, 1.05070102214813232421875},
    {"Shrink", [](double x, double l, double b) { return x < -l  ? x + b
                                                         : x > l ? x - b
                                                                 : 0; },
     "lambd", "bias", 0.5, 0},
    {"Sigmoid", [](double x, double, double) { return sigmoid(x); }},
    {"Sign", [](double x, double, double) { return x > 0   ? 1.0
                                                   : x < 0 ? -1.0
                                                           : 0.0; }},
    {"Softplus", [](double x, double, double) { return softplus(x); }},
    {"Softsign", [](double x, double, double) { return x / (1 + std::abs(x)); }},
    {"Sqrt", [](double x, double, double) { return std::sqrt(x); }},
    {"Swish", [](double x, double a, double) { return x * sigmoid(a * x); }, "alpha", "", 1},
    {"Tanh", [](double x, double, double) { return std::tanh(x); }},
    {"ThresholdedRelu", [](double x, double a, double) { return x > a ? x : 0; }, "alpha", "", 1},
};

/// A function of two elements.
struct Binary {
  const char* op_type;
  double (*function)(double a, double b);
};

const Binary binary_functions[] = {
    {"Add", [](double a, double b) { return a + b; }},
    {"And", [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }},
    {"Div", [](double a, double b) { return a / b; }},
    {"Equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }},
    {"Greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }},
    {"GreaterOrEqual", [](double a, double b) { return a >= b ? 1.0 : 0.0; }},
    {"Less", [](double a, double b) { return a < b ? 1.0 : 0.0; }},
    {"LessOrEqual", [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
    {"Max", [](double a, double b) { return std::max(a, b); }},
    {"Min", [](double a, double b) { return std::min(a, b); }},
    {"Mod", [](double a, double b) { return a - b * std::floor(a / b); }},
    {"Mul", [](double a, double b) { return a * b; }},
    {"Or", [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }},
    {"Pow", [](double a, double b) { return std::pow(a, b); }},
    {"Sub", [](double a, double b) { return a - b; }},
};

template <class Row, std::size_t count>
const Row* find_function(const Row (&rows)[count], const std::string& op_type) {
  for (const Row& row : rows)
    if (op_type == row.op_type) return &row;
  return nullptr;
}

// How a reduction gathers: add(total, x), then end(total, count).
struct Reduction {
  const char* op_type;
  double (*add)(double total, double x);
  double (*end)(double total, double count);
};

const Reduction reductions[] = {
    {"ReduceL2", [](double t, double x) { return t + x * x; },
     [](double t, double) { return std::sqrt(t); }},
    {"ReduceMean", [](double t, double x) { return t + x; },
     [](double t, double n) { return t / n; }},
    {"ReduceSum", [](double t, double x) { return t + x; }, [](double t, double) { return t; }},
    {"ReduceSumSquare", [](double t, double x) { return t + x * x; },
     [](double t, double) { return t; }},
};

Array array_of(const Constant& constant) {
  Array array{constant.shape};
  if (constant.is_integer)
    array.values.assign(constant.integers.begin(), constant.integers.end());
  else
    array.values.assign(constant.floats.values().begin(), constant.floats.values().end());
  return array;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Shape shape;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t of_a = i + a.size() < rank ? 1 : a[i + a.size() - rank];
    const std::size_t of_b = i + b.size() < rank ? 1 : b[i + b.size() - rank];
    check<std::runtime_error>(of_a == of_b || of_a == 1 || of_b == 1, "", "shapes ", a, " and ", b,
                              " do not fit together");
    shape.push_back(of_a == 1 ? of_b : of_a);
  }
  check<std::runtime_error>(shape.elements() <= most_elements, "", "values of shape ", shape,
                            " are too large to be computed");
  return shape;
}

// The index in an array of shape `from` for element i of one of shape `to`, to which it broadcasts.
std::size_t source_index(std::size_t i, const Shape& to, const Shape& from) {
  std::size_t index = 0, stride = 1;
  for (std::size_t back = 0; back < from.size(); ++back) {
    const std::size_t size = from[from.size() - 1 - back];
    const std::size_t at = i % to[to.size() - 1 - back];
    i /= to[to.size() - 1 - back];
    if (size != 1) index += at * stride;
    stride *= size;
  }
  return index;
}

Array broadcast_to(const Array& array, const Shape& shape) {
  if (array.shape == shape) return array;
  Array wide{shape, std::vector<double>(shape.elements())};
  for (std::size_t i = 0; i < wide.values.size(); ++i)
    wide.values[i] = array.values[source_index(i, shape, array.shape)];
  return wide;
}

Array combined(const Array& a, const Array& b, double (*function)(double, double)) {
  const Shape shape = broadcast(a.shape, b.shape);
  Array y = broadcast_to(a, shape);
  const Array other = broadcast_to(b, shape);
  for (std::size_t i = 0; i < y.values.size(); ++i)
    y.values[i] = function(y.values[i], other.values[i]);
  return y;
}

Array chosen(const Array& condition, const Array& a, const Array& b) {
  const Shape shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
  Array y = broadcast_to(a, shape);
  const Array otherwise = broadcast_to(b, shape), which = broadcast_to(condition, shape);
  for (std::size_t i = 0; i < y.values.size(); ++i)
    if (which.values[i] == 0) y.values[i] = otherwise.values[i];
  return y;
}

Array reduced(const Array& x, std::vector<std::int64_t> axes, bool keepdims,
              const Reduction& reduction) {
  std::vector<bool> is_reduced(x.shape.size(), axes.empty());
  for (const std::int64_t axis : axes) {
    check<std::runtime_error>(axis >= INT_MIN && axis <= INT_MAX, "", "there is no axis ", axis);
    is_reduced[x.shape.axis(static_cast<int>(axis), "")] = true;
  }
  Shape kept, squeezed;
  for (std::size_t i = 0; i < x.shape.size(); ++i) {
    kept.push_back(is_reduced[i] ? 1 : x.shape[i]);
    if (!is_reduced[i]) squeezed.push_back(x.shape[i]);
  }
  Array y{kept, std::vector<double>(kept.elements())};
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    double& total = y.values[source_index(i, x.shape, kept)];
    total = reduction.add(total, x.values[i]);
  }
  const double count = static_cast<double>(x.values.size()) / static_cast<double>(y.values.size());
  for (double& total : y.values) total = reduction.end(total, count);
  if (!keepdims) y.shape = squeezed;
  return y;
}

// x has the batch's rows first, and so has the result.
Array reshaped(const Array& x, const std::vector<std::int64_t>& target) {
  Shape shape;
  std::size_t known = 1;
  int open = -1;
  for (std::size_t i = 0; i < target.size(); ++i) {
    std::int64_t size = target[i];
    if (i == 0) size = static_cast<std::int64_t>(x.shape.front());
    if (size == 0 && i < x.shape.size()) size = static_cast<std::int64_t>(x.shape[i]);
    check<std::runtime_error>(size > 0 || (size == -1 && open < 0), "", "there is no size ", size);
    if (size == -1) open = static_cast<int>(i);
    shape.push_back(size == -1 ? 1 : static_cast<std::size_t>(size));
    check<std::runtime_error>(!__builtin_mul_overflow(known, shape.back(), &known), "",
                              "the sizes are too large");
  }
  if (open >= 0) shape[static_cast<std::size_t>(open)] = x.values.size() / known;
  check<std::runtime_error>(shape.elements() == x.values.size(), "", "cannot reshape ", x.shape,
                            " to ", shape);
  return {shape, x.values};
}

// Standardizes each channel, axis 1, of each sample.
Array instance_normalized(const Array& x, const Array& scale, const Array& bias, double epsilon) {
  check<std::runtime_error>(
      x.shape.size() >= 3 && scale.values.size() == x.shape[1] && bias.values.size() == x.shape[1],
      "", "the scale does not fit");
  std::vector<std::int64_t> axes;
  for (std::size_t axis = 2; axis < x.shape.size(); ++axis)
    axes.push_back(static_cast<std::int64_t>(axis));
  const Reduction& mean = reductions[1];
  const auto subtract = [](double a, double b) { return a - b; };
  const auto multiply = [](double a, double b) { return a * b; };
  Array y = combined(x, reduced(x, axes, true, mean), subtract);
  Array factor = reduced(combined(y, y, multiply), axes, true, mean);
  for (double& value : factor.values) value = 1 / std::sqrt(value + epsilon);
  y = combined(y, factor, multiply);
  const std::size_t size = x.values.size() / x.shape[0] / x.shape[1];
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const std::size_t channel = i / size % x.shape[1];
    y.values[i] = y.values[i] * scale.values[channel] + bias.values[channel];
  }
  return y;
}

using Inputs = std::vector<std::optional<Array>>;

Array clip(const NodeProto& node, const Inputs& inputs) {
  const auto limit = [&](std::size_t index, const char* attribute, double otherwise) {
    if (index < inputs.size() && inputs[index] && inputs[index]->values.size() == 1)
      return inputs[index]->values[0];
    return float_attribute(node, attribute, otherwise);
  };
  const double low = limit(1, "min", -infinity), high = limit(2, "max", infinity);
  Array y = *inputs[0];
  for (double& value : y.values) value = clipped(value, low, high);
  return y;
}

Array gelu(const NodeProto& node, const Array& x) {
  constexpr double sqrt_half = 0.7071067811865476, sqrt_2_over_pi = 0.7978845608028654;
  const bool by_tanh = text_attribute(node, "approximate", "none") == "tanh";
  Array y = x;
  for (double& v : y.values)
    v *= 0.5 * (1 + (by_tanh ? std::tanh(sqrt_2_over_pi * (v + 0.044715 * v * v * v))
                             : std::erf(v * sqrt_half)));
  return y;
}

Array computed(Graph& graph, const NodeProto& node, const Inputs& inputs) {
  const std::string& op = node.op_type();
  const auto has = [&](std::size_t count) {
    if (inputs.size() < count) return false;
    return std::all_of(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(count),
                       [](const auto& input) { return input.has_value(); });
  };
  check<std::runtime_error>(has(1), "", described(node), " lacks an input");
  if (op == "Clip") return clip(node, inputs);
  if (op == "Gelu") return gelu(node, *inputs[0]);
  if (const Unary* row = find_function(unary_functions, op)) {
    const double alpha = float_attribute(node, row->alpha, row->default_alpha);
    const double beta = float_attribute(node, row->beta, row->default_beta);
    Array y = *inputs[0];
    for (double& value : y.values) value = row->function(value, alpha, beta);
    return y;
  }
  if (const Reduction* row = find_function(reductions, op)) {
    const auto axes = graph.integers(node, 1, "axes").value_or(std::vector<std::int64_t>());
    return reduced(*inputs[0], axes, integer_attribute(node, "keepdims", 1) != 0, *row);
  }
  check<std::runtime_error>(has(2), "", described(node), " lacks an input");
  if (const Binary* row = find_function(binary_functions, op)) {
    Array y = *inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i)
      if (inputs[i]) y = combined(y, *inputs[i], row->function);
    return y;
  }
  if (op == "Reshape") {
    const auto target = graph.integers(node, 1, "shape");
    check<std::runtime_error>(target.has_value(), "", described(node), " has no shape");
    return reshaped(*inputs[0], *target);
  }
  check<std::runtime_error>(has(3), "", described(node), " lacks an input");
  if (op == "Where") return chosen(*inputs[0], *inputs[1], *inputs[2]);
  if (op == "InstanceNormalization")
    return instance_normalized(*inputs[0], *inputs[1], *inputs[2],
                               float_attribute(node, "epsilon", 1e-5));
  fail<std::runtime_error>("", described(node), " is not computed");
}

}  // namespace

bool computes_elements(const NodeProto& node) {
  const std::string& op = node.op_type();
  return (node.domain().empty() || node.domain() == "ai.onnx") && node.output_size() > 0 &&
         (op == "Clip" || op == "Gelu" || op == "Where" || find_function(unary_functions, op) ||
          find_function(binary_functions, op));
}

bool computes_normalizations(const NodeProto& node) {
  const std::string& op = node.op_type();
  return computes_elements(node) ||
         ((node.domain().empty() || node.domain() == "ai.onnx") && node.output_size() > 0 &&
          (op == "Reshape" || op == "InstanceNormalization" || find_function(reductions, op)));
}

Array evaluate(Graph& graph, const std::string& value, const Region& region, const Array& x) {
  std::map<std::string, Array> arrays = {{value, x}};
  for (const NodeProto* node : region.nodes) {
    Inputs inputs;
    for (const std::string& name : node->input()) {
      const auto found = arrays.find(name);
      if (found != arrays.end()) {
        inputs.push_back(found->second);
      } else if (const Constant* constant = name.empty() ? nullptr : graph.constant(name)) {
        inputs.push_back(array_of(*constant));
      } else {
        inputs.push_back(std::nullopt);
      }
    }
    const Array& y = arrays[node->output(0)] = computed(graph, *node, inputs);
    constexpr std::size_t elements_per_microsecond = 128;
    graph.spend(1 + y.values.size() / elements_per_microsecond);
  }
  return arrays.at(region.output);
}

}  // namespace keratin::onnx
