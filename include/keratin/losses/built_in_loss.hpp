#pragma once
// BuiltInLoss: a loss of the library as a class.

#include <utility>

#include "keratin/losses/loss.hpp"

namespace KERATIN_API keratin {
namespace losses {

namespace detail {

/// Throws std::invalid_argument unless labels of shape `y_true` can be matched with predictions.
void check_shapes(const char* where, Labels labels, const Shape& y_true, const Shape& y_pred);

}  // namespace detail

/// One of the library's functions with the arguments that the options name.
template <class OptionsType, class Arguments = NoArguments>
class BuiltInLoss : public Configured<Loss, OptionsType> {
 public:
  Node call(Node y_true, Node y_pred) const override {
    return function_(y_true, y_pred, arguments_);
  }
  void check_labels(const ArrayView& y_true, const Shape& y_pred) const override {
    detail::check_shapes(function_.name(), function_.labels(), y_true.shape(), y_pred);
  }

 protected:
  /// The default name is the function's.
  BuiltInLoss(OptionsType options, const LossFunction<Arguments>& function,
              Arguments arguments = {})
      : Configured<Loss, OptionsType>(with_default_name(std::move(options), function.name())),
        function_(function),
        arguments_(std::move(arguments)) {}

  // Some options give the batch axis as the one to reduce.
  void check_values(const Shape&, const Shape&) const override {}

 private:
  LossFunction<Arguments> function_;
  Arguments arguments_;
};

}  // namespace losses
}  // namespace keratin
