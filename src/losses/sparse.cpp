#include <algorithm>
#include <cmath>
#include <span>

#include "keratin/check.hpp"
#include "keratin/losses/crossentropies.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "losses/probabilities.hpp"

namespace keratin::losses {

namespace {

constexpr const char* where = "sparse_categorical_crossentropy";

// y_pred's shape without its class axis. Throws unless y_true has that shape, or a class axis of 1.
Shape shape_of_ids(const Shape& y_true, const Shape& y_pred, std::size_t axis) {
  Shape ids;
  Shape column = y_pred;
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

// 1 where a label is not to be ignored, else 0
Node counted(Node labels, int ignore_class) {
  return record(
      {labels}, labels.shape(),
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = labels.value().data()[i] != static_cast<float>(ignore_class);
      },
      [](const Tensor&, const Tensor&) {});
}

// x, of which each value of the mask governs a run of equal length, with 0 where the mask is 0. It
// is not a product, which would keep NaN.
Node masked(Node x, Node mask) {
  const std::size_t run = x.value().size() / std::max<std::size_t>(1, mask.value().size());
  return record(
      {x}, x.shape(),
      [&](Tensor& y) {
        for (std::size_t i = 0; i < y.size(); ++i)
          y.data()[i] = mask.value().data()[i / run] != 0 ? x.value().data()[i] : 0;
      },
      [x, mask, run](const Tensor&, const Tensor& dy) {
        accumulate_each(x, [&](std::size_t i) {
          return mask.value().data()[i / run] != 0 ? dy.data()[i] : 0.0f;
        });
      });
}

void check_classes(std::span<const float> labels, std::size_t classes, std::size_t row_size) {
  for (std::size_t i = 0; i < labels.size(); ++i) check_class(labels[i], classes, i / row_size);
}

}  // namespace

// As in Keras on TensorFlow, probabilities are clipped first, and the softmax of their logarithms
// divides by their sum.
constinit const LossFunction<SparseCategoricalCrossentropyArguments>
    sparse_categorical_crossentropy(
        where, Labels::class_ids,
        [](Node y_true, Node y_pred, const SparseCategoricalCrossentropyArguments& arguments) {
          const std::size_t axis = y_pred.shape().axis(arguments.axis, where);
          const std::size_t classes = y_pred.shape()[axis];
          const Shape shape = shape_of_ids(y_true.shape(), y_pred.shape(), axis);
          Node labels = y_true.shape() == shape ? y_true : ops::reshape(y_true, shape);

          const bool is_last = axis + 1 == y_pred.shape().size();
          const std::optional<Node> logits =
              is_last ? logits_behind(y_pred, ops::softmax_op) : std::nullopt;
          const bool has_logits = logits || arguments.from_logits;
          Node scores = with_axis_last(logits.value_or(y_pred), arguments.axis);

          std::optional<Node> mask;
          if (arguments.ignore_class) {
            mask = counted(labels, *arguments.ignore_class);
            labels = masked(labels, *mask);
            scores = masked(scores, *mask);
          }
          const std::size_t row_size = shape.empty() ? 1 : shape.without_batch().elements();
          check_classes(labels.value().values(), classes, row_size);

          const bool is_softmax_of_scores = logits && !mask;
          const Node values = ops::sparse_softmax_cross_entropy(
              labels, has_logits ? scores : ops::log(clipped(scores)),
              is_softmax_of_scores ? std::optional(y_pred) : std::nullopt);
          return mask ? masked(values, *mask) : values;
        });

SparseCategoricalCrossentropy::SparseCategoricalCrossentropy(
    SparseCategoricalCrossentropyOptions options)
    : BuiltInLoss(options, sparse_categorical_crossentropy,
                  {.from_logits = options.from_logits,
                   .ignore_class = options.ignore_class,
                   .axis = options.axis}) {}

void SparseCategoricalCrossentropy::check_labels(const ArrayView& y_true,
                                                 const Shape& y_pred) const {
  const std::size_t axis = y_pred.axis(options().axis, where);
  shape_of_ids(y_true.shape(), y_pred, axis);
  for (std::size_t row = 0; row < y_true.rows(); ++row)
    for (std::size_t column = 0; column < y_true.row_size(); ++column) {
      const double label = y_true.at(row, column);
      if (options().ignore_class && label == *options().ignore_class) continue;
      check_class(label, y_pred[axis], row);
      check(label == std::floor(label), where, "label ", label, " in row ", row,
            " is not an integer");
    }
}

std::optional<Node> SparseCategoricalCrossentropy::mask(Node y_true, Node values) const {
  if (!options().ignore_class) return std::nullopt;
  const Node mask = counted(y_true, *options().ignore_class);
  return mask.shape() == values.shape() ? mask : ops::reshape(mask, values.shape());
}

}  // namespace keratin::losses
