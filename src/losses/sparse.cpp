#include <algorithm>
#include <cmath>

#include "keratin/check.hpp"
#include "keratin/losses/crossentropies.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "losses/probabilities.hpp"
#include "losses/shapes.hpp"

namespace keratin::losses {

namespace {

constexpr const char* where = "sparse_categorical_crossentropy";

// y_pred's shape without its class axis. Throws unless y_true has it, or has a class axis of 1.
Shape shape_of_ids(const Shape& y_true, const Shape& y_pred, std::size_t axis) {
  Shape ids, column = y_pred;
  for (std::size_t i = 0; i < y_pred.size(); ++i)
    if (i != axis) ids.push_back(y_pred[i]);
  column[axis] = 1;
  check(y_true == ids || y_true == column, where, "y_true has shape ", y_true, ", y_pred ", y_pred,
        ": class ids of shape ", ids, " or ", column, " were wanted",
        y_true == y_pred ? " (one-hot labels? categorical_crossentropy takes them)" : "");
  return ids;
}

void check_class(double label, std::size_t classes, std::size_t row) {
  check(label >= 0 && label < static_cast<double>(classes), where, "label ", label, " in row ", row,
        " is not one of the ", classes, " classes 0 to ", classes - 1);
}

// 1 where a label counts, else 0
Node counted(Node labels, int ignore_class) {
  return record(
      {labels}, labels.shape(),
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = labels.value().data()[i] != static_cast<float>(ignore_class);
      },
      [](const Tensor&, const Tensor&) {});
}

// x, in runs of equal length for each value of the mask, with 0 where that is 0: not a product,
// which would keep NaN.
Node masked(Node x, Node mask) {
  const std::size_t run = x.value().size() / std::max<std::size_t>(1, mask.value().size());
  return record(
      {x}, x.shape(),
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = mask.value().data()[i / run] != 0 ? x.value().data()[i] : 0;
      },
      [x, mask, run](const Tensor&, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          for (std::size_t i = 0; i < dy.size(); ++i)
            dx.data()[i] =
                (keep ? dx.data()[i] : 0) + (mask.value().data()[i / run] != 0 ? dy.data()[i] : 0);
        });
      });
}

void inspect(const ArrayView& y_true, const Shape& y_pred,
             const SparseCategoricalCrossentropyOptions& options) {
  const std::size_t axis = y_pred.axis(options.axis, where);
  shape_of_ids(y_true.shape(), y_pred, axis);
  for (std::size_t row = 0; row < y_true.rows(); ++row)
    for (std::size_t column = 0; column < y_true.row_size(); ++column) {
      const double label = y_true.at(row, column);
      if (options.ignore_class && label == *options.ignore_class) continue;
      check_class(label, y_pred[axis], row);
      check(label == std::floor(label), where, "label ", label, " in row ", row,
            " is not an integer");
    }
}

}  // namespace

// As Keras on TensorFlow: probabilities are clipped first, and softmax of their logarithms divides
// by their sum.
Node sparse_categorical_crossentropy(Node y_true, Node y_pred,
                                     const SparseCategoricalCrossentropyOptions& options) {
  const std::size_t axis = y_pred.shape().axis(options.axis, where), classes = y_pred.shape()[axis];
  const Shape shape = shape_of_ids(y_true.shape(), y_pred.shape(), axis);
  Node labels = y_true.shape() == shape ? y_true : ops::reshape(y_true, shape);
  const bool last = axis + 1 == y_pred.shape().size();
  const auto hidden = last ? logits_behind(y_pred, ops::softmax_op) : std::nullopt;
  const bool has_logits = hidden || options.from_logits;
  Node scores = with_axis_last(hidden.value_or(y_pred), options.axis);
  std::optional<Node> mask;
  if (options.ignore_class) {
    mask = counted(labels, *options.ignore_class);
    labels = masked(labels, *mask);
    scores = masked(scores, *mask);
  }
  const auto ids = labels.value().values();
  const std::size_t row_size = shape.empty() ? 1 : shape.without_batch().elements();
  for (std::size_t i = 0; i < ids.size(); ++i) check_class(ids[i], classes, i / row_size);
  const bool known = hidden && !mask;  // the softmax of these scores is y_pred itself
  const Node each =
      ops::sparse_softmax_cross_entropy(labels, has_logits ? scores : ops::log(clipped(scores)),
                                        known ? std::optional(y_pred) : std::nullopt);
  return mask ? masked(each, *mask) : each;
}
Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                       const SparseCategoricalCrossentropyOptions& options) {
  return on_tensors(y_true, y_pred,
                    [&](Node t, Node p) { return sparse_categorical_crossentropy(t, p, options); });
}

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(
    SparseCategoricalCrossentropyOptions options)
    : Loss(
          "sparse_categorical_crossentropy",
          [options](Node t, Node p) { return sparse_categorical_crossentropy(t, p, options); },
          {options.reduction, options.name},
          [options](const ArrayView& y_true, const Shape& y_pred) {
            losses::inspect(y_true, y_pred, options);
          },
          options.ignore_class ? Mask([ignored = *options.ignore_class](Node y_true, Node values) {
            const Node mask = counted(y_true, ignored);
            return mask.shape() == values.shape() ? mask : ops::reshape(mask, values.shape());
          })
                               : Mask()) {}

}  // namespace keratin::losses
