// Nodes that change the shape of samples.
#include <climits>

#include "saving/onnx/import.hpp"

namespace keratin::onnx {

namespace {

using Integers = std::vector<std::int64_t>;

void add_flatten(const Import& in, const NodeProto& node) {
  const std::int64_t axis = integer_attribute(node, "axis", 1);
  check<std::runtime_error>(axis == 1 || (axis < 0 && in.axis(axis) == 1), "",
                            "it joins the batch with other axes");
  in.layers.reshape({in.layers.shape().elements()}, in.name(node));
}

// The first size must be the batch's: batch_size, 0 for what it is, or -1 for what is left over.
void add_reshape(const Import& in, const NodeProto& node) {
  const Integers target = in.integers(node, 1, "shape");
  const Shape before = in.layers.file_shape();
  check<std::runtime_error>(!target.empty() && target.size() <= Shape::max_rank, "",
                            "its shape has ", target.size(), " axes");
  const bool keeps_zero = integer_attribute(node, "allowzero", 0) == 0;
  Shape shape;
  std::size_t known = 1, open = 0;
  for (std::size_t i = 1; i < target.size(); ++i) {
    std::int64_t size = target[i];
    if (size == 0 && keeps_zero && i <= before.size())
      size = static_cast<std::int64_t>(before[i - 1]);
    check<std::runtime_error>((size > 0 && size <= INT_MAX) || (size == -1 && open == 0), "",
                              "its shape has a size of ", size);
    if (size == -1) open = i;
    shape.push_back(size == -1 ? 1 : static_cast<std::size_t>(size));
    check<std::runtime_error>(!__builtin_mul_overflow(known, shape.back(), &known), "",
                              "its shape is too large");
  }
  const std::size_t size = before.elements();
  const bool keeps_rows = target[0] == batch_size || target[0] == 0 ||
                          (in.graph.batch() && target[0] == *in.graph.batch());
  check<std::runtime_error>(keeps_rows || (target[0] == -1 && open == 0), "",
                            "its shape does not keep the batch's axis");
  if (open > 0) {
    check<std::runtime_error>(size % known == 0, "", "its shape does not suit samples of shape ",
                              before);
    shape[open - 1] = size / known;
  }
  in.layers.reshape(shape, in.name(node));
}

void add_transpose(const Import& in, const NodeProto& node) {
  Integers order = integers_attribute(node, "perm");
  if (order.empty())
    for (std::int64_t axis = static_cast<std::int64_t>(in.layers.rank()); axis-- > 0;)
      order.push_back(axis);
  in.layers.transpose(order);
}

void add_squeeze(const Import& in, const NodeProto& node) {
  const Shape before = in.layers.file_shape();
  std::vector<bool> gone(before.size());
  const auto axes = in.graph.integers(node, 1, "axes");
  for (std::size_t i = 0; i < gone.size(); ++i) gone[i] = !axes && before[i] == 1;
  for (const std::int64_t given : axes.value_or(Integers())) {
    const std::size_t axis = in.axis(given);
    check<std::runtime_error>(axis > 0 && before[axis - 1] == 1, "", "it removes axis ", given,
                              ", which has not size 1");
    gone[axis - 1] = true;
  }
  Shape shape;
  for (std::size_t i = 0; i < gone.size(); ++i)
    if (!gone[i]) shape.push_back(before[i]);
  in.layers.reshape(shape, in.name(node));
}

void add_unsqueeze(const Import& in, const NodeProto& node) {
  const Integers axes = in.integers(node, 1, "axes");
  const Shape before = in.layers.file_shape();
  const std::int64_t rank = static_cast<std::int64_t>(in.layers.rank()) + std::ssize(axes);
  check<std::runtime_error>(rank <= static_cast<std::int64_t>(Shape::max_rank), "", "it makes ",
                            rank, " axes");
  std::vector<bool> is_new(static_cast<std::size_t>(rank));
  for (const std::int64_t given : axes) {
    const std::int64_t axis = given < 0 ? given + rank : given;
    check<std::runtime_error>(axis > 0 && axis < rank && !is_new[static_cast<std::size_t>(axis)],
                              "", "it cannot add axis ", given);
    is_new[static_cast<std::size_t>(axis)] = true;
  }
  Shape shape;
  std::size_t from = 0;
  for (std::size_t axis = 1; axis < is_new.size(); ++axis)
    shape.push_back(is_new[axis] ? 1 : before[from++]);
  in.layers.reshape(shape, in.name(node));
}

// (batch, 1, features) to (batch, n, features)
void add_expand(const Import& in, const NodeProto& node) {
  Integers target = in.integers(node, 1, "shape");
  const Shape before = in.layers.file_shape();
  bool is_repetition = before.size() == 2 && before[0] == 1 && target.size() <= 3;
  while (target.size() < 3) target.insert(target.begin(), 1);
  const bool keeps_rows = target[0] == 1 || target[0] == batch_size;
  const bool keeps_features =
      target[2] == 1 || (before.size() == 2 && target[2] == static_cast<std::int64_t>(before[1]));
  is_repetition =
      is_repetition && keeps_rows && keeps_features && target[1] > 0 && target[1] <= INT_MAX;
  check<std::runtime_error>(is_repetition, "", "it does not repeat samples of one row");
  in.layers.reshape({before[1]});
  in.layers.add({"RepeatVector", Config::Object{{"n", target[1]}}}, in.name(node));
}

constexpr ImportRow import_shapes_rows[] = {
    {"Expand", add_expand},   {"Flatten", add_flatten},     {"Reshape", add_reshape},
    {"Squeeze", add_squeeze}, {"Transpose", add_transpose}, {"Unsqueeze", add_unsqueeze},
};

}  // namespace

std::span<const ImportRow> shape_imports() { return import_shapes_rows; }

}  // namespace keratin::onnx
