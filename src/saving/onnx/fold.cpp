// Nodes that compute with constants: shapes, mostly, and weights in another arrangement.
#include <algorithm>
#include <climits>
#include <cstdlib>
#include <numeric>

#include "saving/onnx/evaluate.hpp"

namespace keratin::onnx {

namespace {

using Integers = std::vector<std::int64_t>;

Constant integers(Integers values) {
  Constant constant{.is_integer = true};
  constant.shape = {values.size()};
  constant.integers = std::move(values);
  return constant;
}

// A list of integers, or one, from which a node takes some.
std::optional<Constant> gathered(const Constant& from, const Constant& indices) {
  if (!from.is_integer || !indices.is_integer || from.shape.size() != 1) return std::nullopt;
  Constant result{.shape = indices.shape, .is_integer = true};
  const std::int64_t size = std::ssize(from.integers);
  for (std::int64_t index : indices.integers) {
    if (index < 0) index += size;
    if (index < 0 || index >= size) return std::nullopt;
    result.integers.push_back(from.integers[static_cast<std::size_t>(index)]);
  }
  return result;
}

// The constant of another shape whose element at `place` is the one at `from(place)` of the old
// one.
template <class From>
Constant rearranged(const Constant& constant, const Shape& shape, const From& from) {
  Constant result{.shape = shape, .is_integer = constant.is_integer};
  const std::size_t size = shape.elements();
  if (!constant.is_integer) result.floats = Tensor::zeros(shape);
  for (std::size_t i = 0; i < size; ++i) {
    Shape place = shape;
    for (std::size_t axis = shape.size(), rest = i; axis-- > 0; rest /= shape[axis])
      place[axis] = rest % shape[axis];
    const Shape source = from(place);
    std::size_t index = 0;
    for (std::size_t axis = 0; axis < source.size(); ++axis)
      index = index * constant.shape[axis] + source[axis];
    if (constant.is_integer)
      result.integers.push_back(constant.integers[index]);
    else
      result.floats.data()[i] = constant.floats.data()[index];
  }
  return result;
}

// Along one axis, forwards or backwards.
std::optional<Constant> sliced(Graph& graph, const NodeProto& node, const Constant& constant) {
  const auto starts = graph.integers(node, 1, "starts"), ends = graph.integers(node, 2, "ends");
  const Integers axes = graph.integers(node, 3, "axes").value_or(Integers{0});
  const Integers steps = graph.integers(node, 4, "steps").value_or(Integers{1});
  if (!starts || !ends || starts->size() != 1 || ends->size() != 1 || axes.size() != 1 ||
      steps.size() != 1 || std::abs(steps[0]) != 1)
    return std::nullopt;
  const auto rank = static_cast<std::int64_t>(constant.shape.size());
  const std::int64_t axis = axes[0] < 0 ? axes[0] + rank : axes[0];
  if (axis < 0 || axis >= rank) return std::nullopt;
  const auto at = static_cast<std::size_t>(axis);
  const auto size = static_cast<std::int64_t>(constant.shape[at]);
  const bool forwards = steps[0] == 1;
  const auto place = [&](std::int64_t given) {
    const std::int64_t counted = given < 0 ? std::max(given, -size - 1) + size : given;
    return forwards ? std::clamp<std::int64_t>(counted, 0, size)
                    : std::clamp<std::int64_t>(counted, -1, size - 1);
  };
  const std::int64_t start = place(starts->front()), end = place(ends->front());
  Shape shape = constant.shape;
  shape[at] = static_cast<std::size_t>(std::max<std::int64_t>((end - start) * steps[0], 0));
  return rearranged(constant, shape, [&](Shape each) {
    each[at] = static_cast<std::size_t>(start + steps[0] * static_cast<std::int64_t>(each[at]));
    return each;
  });
}

std::optional<Constant> concatenated(Graph& graph, const NodeProto& node) {
  Integers all;
  for (const std::string& input : node.input()) {
    const Constant* part = graph.constant(input);
    if (!part || !part->is_integer || part->shape.size() != 1) return std::nullopt;
    all.insert(all.end(), part->integers.begin(), part->integers.end());
  }
  return integers(std::move(all));
}

// The same values in another shape.
std::optional<Constant> with_shape(const Constant& constant, const Shape& shape) {
  if (shape.elements() != constant.shape.elements()) return std::nullopt;
  Constant result = constant;
  result.shape = shape;
  if (!result.is_integer) result.floats = result.floats.reshaped(shape);
  return result;
}

// Without, or with additional, axes of size 1.
std::optional<Constant> with_axes(Graph& graph, const NodeProto& node, const Constant& constant) {
  const bool adds = node.op_type() == "Unsqueeze";
  Integers axes = graph.integers(node, 1, "axes").value_or(Integers());
  const std::int64_t rank = std::ssize(Integers(constant.shape.begin(), constant.shape.end())) +
                            (adds ? std::ssize(axes) : 0);
  if (rank > static_cast<std::int64_t>(Shape::max_rank)) return std::nullopt;
  for (std::int64_t& axis : axes) {
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) return std::nullopt;
  }
  Shape shape;
  std::size_t from = 0;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    const bool named = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (adds && named) {
      shape.push_back(1);
    } else if (from < constant.shape.size()) {
      const std::size_t size = constant.shape[from++];
      if (adds || !(named || (axes.empty() && size == 1))) shape.push_back(size);
    }
  }
  return with_shape(constant, shape);
}

std::optional<Constant> reshaped(Graph& graph, const NodeProto& node, const Constant& constant) {
  const auto target = graph.integers(node, 1, "shape");
  if (!target || target->size() > Shape::max_rank) return std::nullopt;
  Shape shape;
  std::size_t known = 1, open = Shape::max_rank;
  for (std::size_t i = 0; i < target->size(); ++i) {
    std::int64_t size = (*target)[i];
    if (size == 0 && i < constant.shape.size()) size = static_cast<std::int64_t>(constant.shape[i]);
    if (size == -1 && open == Shape::max_rank) {
      open = i;
      size = 1;
    }
    if (size < 1 || size > INT_MAX) return std::nullopt;
    shape.push_back(static_cast<std::size_t>(size));
    if (__builtin_mul_overflow(known, shape.back(), &known)) return std::nullopt;
  }
  if (open < Shape::max_rank) shape[open] = constant.shape.elements() / known;
  return with_shape(constant, shape);
}

std::optional<Constant> transposed(const NodeProto& node, const Constant& constant) {
  Integers order(constant.shape.size());
  std::iota(order.begin(), order.end(), 0);
  const Integers given = integers_attribute(node, "perm", {order.rbegin(), order.rend()});
  if (!std::is_permutation(given.begin(), given.end(), order.begin(), order.end()))
    return std::nullopt;
  Shape shape = constant.shape;
  for (std::size_t i = 0; i < given.size(); ++i)
    shape[i] = constant.shape[static_cast<std::size_t>(given[i])];
  return rearranged(constant, shape, [&](const Shape& each) {
    Shape from = each;
    for (std::size_t i = 0; i < given.size(); ++i)
      from[static_cast<std::size_t>(given[i])] = each[i];
    return from;
  });
}

// A list of one number; of integers unless the node says otherwise.
std::optional<Constant> filled(const NodeProto& node, const Constant& shape) {
  constexpr std::int64_t longest = 64;  // for lists that make shapes
  if (!shape.is_integer || shape.integers.size() != 1 || shape.integers[0] < 0 ||
      shape.integers[0] > longest)
    return std::nullopt;
  const AttributeProto* value = find_attribute(node, "value");
  if (!value) return std::nullopt;
  const Constant one = read_constant(value->t());
  if (!one.is_integer || !one.is_scalar()) return std::nullopt;
  return integers(Integers(static_cast<std::size_t>(shape.integers[0]), one.integers[0]));
}

// A cast to a type of numbers that are read.
std::optional<Constant> cast(const NodeProto& node, const Constant& constant) {
  const std::int64_t to = integer_attribute(node, "to", 0);
  const bool to_integer = to == TensorProto::INT32 || to == TensorProto::INT64;
  const bool to_float = to == TensorProto::FLOAT || to == TensorProto::DOUBLE;
  if (to_integer ? constant.is_integer : to_float && !constant.is_integer) return constant;
  if (to_integer || !to_float) return std::nullopt;
  Constant result{.shape = constant.shape, .floats = Tensor::zeros(constant.shape)};
  for (std::size_t i = 0; i < constant.integers.size(); ++i)
    result.floats.data()[i] = static_cast<float>(constant.integers[i]);
  return result;
}

// A function of a few elements.
std::optional<Constant> computed(Graph& graph, const NodeProto& node) {
  constexpr std::size_t most = 1 << 16;
  bool of_integers = true;
  for (int i = 0; i < node.input_size(); ++i) {
    const Constant* input = graph.constant_input(node, i);
    if (!input) continue;
    if (input->shape.elements() > most) return std::nullopt;
    of_integers = of_integers && input->is_integer;
    const auto& values = input->integers;
    if (std::find(values.begin(), values.end(), batch_size) != values.end()) return std::nullopt;
  }
  if (!computes_elements(node) || node.input_size() == 0 || node.input(0).empty())
    return std::nullopt;
  const Constant& first = *graph.constant(node.input(0));
  Array x{first.shape};
  if (first.is_integer)
    x.values.assign(first.integers.begin(), first.integers.end());
  else
    x.values.assign(first.floats.values().begin(), first.floats.values().end());
  const Array y = evaluate(graph, node.input(0), {{&node}, node.output(0)}, x);
  Constant result{.shape = y.shape, .is_integer = of_integers};
  if (!of_integers) result.floats = Tensor::zeros(y.shape);
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    constexpr double limit = 1e15;  // of integers that doubles count exactly
    if (of_integers && !(y.values[i] >= -limit && y.values[i] <= limit)) return std::nullopt;
    if (of_integers)
      result.integers.push_back(static_cast<std::int64_t>(y.values[i]));
    else
      result.floats.data()[i] = static_cast<float>(y.values[i]);
  }
  return result;
}

}  // namespace

std::optional<Constant> folded(Graph& graph, const NodeProto& node) {
  const Constant* first = graph.constant_input(node, 0);
  const std::string& op = node.op_type();
  if (!first || node.output_size() != 1 || !(node.domain().empty() || node.domain() == "ai.onnx"))
    return std::nullopt;
  if (op == "Identity") return *first;
  if (op == "Cast") return cast(node, *first);
  if (op == "Gather" && integer_attribute(node, "axis", 0) == 0 && graph.constant_input(node, 1))
    return gathered(*first, *graph.constant_input(node, 1));
  if (op == "Slice") return sliced(graph, node, *first);
  if (op == "Concat") return concatenated(graph, node);
  if (op == "Unsqueeze" || op == "Squeeze") return with_axes(graph, node, *first);
  if (op == "Reshape") return reshaped(graph, node, *first);
  if (op == "Transpose") return transposed(node, *first);
  if (op == "ConstantOfShape") return filled(node, *first);
  if (op == "Shape") {
    Integers sizes;
    for (const std::size_t size : first->shape) sizes.push_back(static_cast<std::int64_t>(size));
    return integers(std::move(sizes));
  }
  return computed(graph, node);
}

}  // namespace keratin::onnx
