#include "keratin/losses/margins.hpp"

#include <algorithm>

#include "keratin/op.hpp"
#include "keratin/ops.hpp"

namespace keratin::losses {

namespace {

// 2 t - 1 if all of t is 0 or 1, else t. It is one op either way, so that every batch has the same
// nodes.
Node hinge_labels(Node t) {
  const auto labels = t.value().values();
  const bool binary = std::all_of(labels.begin(), labels.end(),
                                  [](float label) { return label == 0 || label == 1; });
  const float scale = binary ? 2 : 1;
  const float shift = binary ? -1 : 0;
  return record(
      {t}, t.shape(),
      [&](Tensor& y) {
        std::transform(labels.begin(), labels.end(), y.data(),
                       [&](float label) { return scale * label + shift; });
      },
      [t, scale](const Tensor&, const Tensor& dy) {
        accumulate_each(t, [&](std::size_t i) { return scale * dy.data()[i]; });
      });
}

Node shortfall(Node t, Node p) { return ops::maximum(1.0f - hinge_labels(t) * p, 0); }

}  // namespace

constinit const LossFunction<> hinge("hinge", Labels::numbers,
                                     [](Node t, Node p, const NoArguments&) {
                                       return ops::mean(shortfall(t, p), -1);
                                     });
Hinge::Hinge(LossOptions options) : BuiltInLoss(std::move(options), hinge) {}

constinit const LossFunction<> squared_hinge("squared_hinge", Labels::numbers,
                                             [](Node t, Node p, const NoArguments&) {
                                               return ops::mean(ops::square(shortfall(t, p)), -1);
                                             });
SquaredHinge::SquaredHinge(LossOptions options) : BuiltInLoss(std::move(options), squared_hinge) {}

constinit const LossFunction<> categorical_hinge("categorical_hinge", Labels::numbers,
                                                 [](Node t, Node p, const NoArguments&) {
                                                   const Node right = ops::sum(t * p, -1);
                                                   const Node wrong = ops::max((1.0f - t) * p, -1);
                                                   return ops::maximum(wrong - right + 1.0f, 0);
                                                 });
CategoricalHinge::CategoricalHinge(LossOptions options)
    : BuiltInLoss(std::move(options), categorical_hinge) {}

}  // namespace keratin::losses
