#include "keratin/losses/loss.hpp"

#include <string_view>

#include "keratin/check.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "losses/shapes.hpp"

namespace keratin {

namespace {

struct ReductionName {
  std::string_view name;
  Reduction::Kind kind;
};

constexpr ReductionName reductions[] = {
    {"sum_over_batch_size", Reduction::sum_over_batch_size},
    {"auto", Reduction::sum_over_batch_size},
    {"mean", Reduction::sum_over_batch_size},
    {"sum", Reduction::sum},
    {"mean_with_sample_weight", Reduction::mean_with_sample_weight},
    {"none", Reduction::none}};

// Both scalars; 0 where count is 0: weights may all be 0, and every label may be one to ignore.
Node divide_no_nan(Node total, Node count) {
  return record(
      {total, count}, {},
      [&](Tensor& y) {
        const float n = count.value().item();
        y.data()[0] = n == 0 ? 0 : total.value().item() / n;
      },
      [total, count](const Tensor& y, const Tensor& dy) {
        const float n = count.value().item(), slope = n == 0 ? 0 : dy.item() / n;
        accumulate(total,
                   [&](Tensor& d, float keep) { d.data()[0] = (keep ? d.data()[0] : 0) + slope; });
        accumulate(count, [&](Tensor& d, float keep) {
          d.data()[0] = (keep ? d.data()[0] : 0) - slope * y.item();
        });
      });
}

}  // namespace

Reduction::Reduction(const char* name) {
  std::string names;
  for (const auto& [known, kind] : reductions) {
    if (known == name) {
      kind_ = kind;
      return;
    }
    names += concat(names.empty() ? "" : ", ", known);
  }
  fail("reduction", "unknown reduction '", name, "'; there are ", names);
}

Loss::Loss(Function function, LossOptions options)
    : Loss("loss",
           [function](Node y_true, Node y_pred) {
             const auto [t, p] = losses::same_rank(y_true, y_pred);
             return function(t, p);
           },
           std::move(options), {}) {
  check(bool(function), "loss", "the function is empty");
}

Loss::Loss(const char* name, Function function, LossOptions options, Inspect inspect, Mask mask)
    : function_(std::move(function)),
      reduction_(options.reduction),
      name_(options.name.empty() ? name : std::move(options.name)),
      inspect_(std::move(inspect)),
      mask_(std::move(mask)) {}

Node Loss::values(Node y_true, Node y_pred) const {
  check(bool(function_), "loss", "there is no loss: a default-constructed one cannot be called");
  return function_(y_true, y_pred);
}

Node Loss::operator()(Node y_true, Node y_pred) const {
  const Node each = values(y_true, y_pred);
  return reduce(each, std::nullopt, mask_ ? std::optional(mask_(y_true, each)) : std::nullopt);
}

Node Loss::operator()(Node y_true, Node y_pred, Node sample_weight) const {
  const Node each = values(y_true, y_pred);
  const auto [value, weight] = losses::weights_for(name_, each, sample_weight, y_pred.shape());
  if (!mask_) return reduce(value * weight, weight, std::nullopt);
  const Node mask = mask_(y_true, value);
  return reduce(value * weight, weight * mask, mask);
}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred,
                        const Tensor& sample_weight) const {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  const Node t = tape.constant(y_true), p = tape.constant(y_pred);
  return (sample_weight.defined() ? (*this)(t, p, tape.constant(sample_weight)) : (*this)(t, p))
      .value();
}

// `values` are weighted, and 0 where masked. As in Keras, a mean over a mask counts what it leaves,
// weights do not change the count, and a scalar or an empty batch is never reduced.
Node Loss::reduce(Node values, std::optional<Node> weight, std::optional<Node> mask) const {
  const Shape& shape = values.shape();
  if (reduction_ == Reduction::none || shape.empty() || shape == Shape{0}) return values;
  if (reduction_ == Reduction::sum) return ops::sum(values);
  const auto& counted = reduction_ == Reduction::mean_with_sample_weight && weight ? weight : mask;
  if (counted) return divide_no_nan(ops::sum(values), ops::sum(*counted));
  return values.value().size() == 0 ? ops::sum(values) : ops::mean(values);
}

void Loss::inspect(const ArrayView& y_true, const Shape& y_pred) const {
  if (inspect_) inspect_(y_true, y_pred);
}

}  // namespace keratin
