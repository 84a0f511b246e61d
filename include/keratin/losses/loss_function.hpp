#pragma once
// LossFunction: a loss of the library as a function. huber(y_true, y_pred, {.delta = 0.5}) gives
// per-sample values on tensors as on nodes.

#include "keratin/tape.hpp"

namespace KERATIN_API keratin {

/// What the labels of a loss are.
enum class Labels : unsigned char {
  numbers,    // in the predictions' shape
  one_hot,    // the same, with a hint in the error where class ids were given instead
  class_ids,  // in the predictions' shape without the class axis; the formula checks them
};

/// The arguments of loss functions that take only labels and predictions.
struct NoArguments {};

namespace detail {

struct LabelsAndPredictions {
  Node y_true, y_pred;
};
/// Both in one shape, by Keras's rank rule: see match_ranks() in src/losses/shapes.hpp. Throws
/// std::invalid_argument where they differ beyond that.
LabelsAndPredictions matched(const char* where, Labels labels, Node y_true, Node y_pred);

}  // namespace detail

/// A function object, of which the library has one constant per loss. `Arguments` is a struct of
/// what it takes besides labels and predictions.
template <class Arguments = NoArguments>
class LossFunction {
 public:
  /// Computes per-sample values from labels and predictions of one shape (class ids: as given).
  using Formula = Node (*)(Node y_true, Node y_pred, const Arguments& arguments);

  constexpr LossFunction(const char* name, Labels labels, Formula formula)
      : name_(name), labels_(labels), formula_(formula) {}

  /// Keras's name, by which losses::get() knows the loss.
  const char* name() const { return name_; }
  Labels labels() const { return labels_; }

  /// Per-sample values, on the nodes' tape. Throws std::invalid_argument for shapes that do not
  /// fit.
  Node operator()(Node y_true, Node y_pred, const Arguments& arguments = {}) const {
    if (labels_ == Labels::class_ids) return formula_(y_true, y_pred, arguments);
    const detail::LabelsAndPredictions matched = detail::matched(name_, labels_, y_true, y_pred);
    return formula_(matched.y_true, matched.y_pred, arguments);
  }
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred,
                    const Arguments& arguments = {}) const {
    GradientTape tape;
    tape.begin(/*recording=*/false);
    return (*this)(tape.constant(y_true), tape.constant(y_pred), arguments).value();
  }

 private:
  const char* name_;
  Labels labels_;
  Formula formula_;
};

}  // namespace keratin
