#include "keratin/losses/loss.hpp"

#include "keratin/check.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "losses/sample_weights.hpp"
#include "losses/shapes.hpp"

namespace keratin {

namespace {

// total / count, both of rank 0; 0 where count is 0: all weights may be 0, and all labels ignored.
Node divide_or_zero(Node total, Node count) {
  return record(
      {total, count}, {},
      [&](Tensor& y) {
        const float n = count.value().item();
        y.data()[0] = n == 0 ? 0 : total.value().item() / n;
      },
      [total, count](const Tensor& y, const Tensor& dy) {
        const float n = count.value().item();
        const float gradient = n == 0 ? 0 : dy.item() / n;
        accumulate_each(total, [&](std::size_t) { return gradient; });
        accumulate_each(count, [&](std::size_t) { return -gradient * y.item(); });
      });
}

}  // namespace

Node Loss::operator()(Node y_true, Node y_pred) const {
  const Node values = checked_values(y_true, y_pred);
  return reduced(values, std::nullopt, mask(y_true, values));
}

Node Loss::operator()(Node y_true, Node y_pred, Node sample_weight) const {
  const losses::WeightedValues weighted =
      losses::weighted_values(name, checked_values(y_true, y_pred), sample_weight, y_pred.shape());
  const Node values = weighted.values * weighted.weight;
  const std::optional<Node> counted = mask(y_true, weighted.values);
  return reduced(values, counted ? weighted.weight * *counted : weighted.weight, counted);
}

Tensor Loss::operator()(const Tensor& y_true, const Tensor& y_pred,
                        const Tensor& sample_weight) const {
  GradientTape tape;
  tape.begin(/*recording=*/false);
  const Node t = tape.constant(y_true);
  const Node p = tape.constant(y_pred);
  const Node loss =
      sample_weight.defined() ? (*this)(t, p, tape.constant(sample_weight)) : (*this)(t, p);
  return loss.value();
}

Node Loss::checked_values(Node y_true, Node y_pred) const {
  const Node values = call(y_true, y_pred);
  check_values(values.shape(), y_pred.shape());
  return values;
}

// `values` are weighted, and 0 where masked. As in Keras, the mean over masked values counts those
// that are left, weights do not change the count, and a scalar or an empty batch is not reduced.
Node Loss::reduced(Node values, std::optional<Node> weight, std::optional<Node> mask) const {
  const Shape& shape = values.shape();
  if (reduction == Reduction::none || shape.empty()) return values;
  if (shape == Shape{0} && !values.is_divided()) return values;
  if (reduction == Reduction::sum) return ops::sum(values);
  const bool by_weight = reduction == Reduction::mean_with_sample_weight && weight;
  const std::optional<Node> counted = by_weight ? weight : mask;
  if (counted) return divide_or_zero(ops::sum(values), ops::sum(*counted));
  const bool empty = values.value().empty() && !values.is_divided();
  return empty ? ops::sum(values) : ops::mean(values);
}

void Loss::check_labels(const ArrayView&, const Shape&) const {}

std::optional<Node> Loss::mask(Node, Node) const { return std::nullopt; }

void Loss::check_values(const Shape& values, const Shape& y_pred) const {
  if (values.empty() || y_pred.empty()) return;
  check(values.front() == y_pred.front(), name, "the loss gave values of shape ", values,
        " for y_pred of shape ", y_pred, ", wanted one for each of the ", y_pred.front(),
        " samples, or a single one");
}

Config Loss::get_config() const {
  fail(name, class_name_of<Loss>(*this),
       " cannot be described: it does not derive from Configured and so has no list of fields");
}

LossFunctionWrapper::LossFunctionWrapper(Function function, const LossOptions& options)
    : Loss(options), function_(std::move(function)) {
  check(bool(function_), name, "the function is empty");
}

Node LossFunctionWrapper::call(Node y_true, Node y_pred) const {
  const losses::Pair matched = losses::match_ranks(y_true, y_pred);
  return function_(matched.first, matched.second);
}

Config LossFunctionWrapper::get_config() const {
  fail(name, "a loss that is a function of the program's cannot be described");
}

const Loss& LossHandle::loss() const {
  check(bool(*this), "loss", "there is no loss: a default-constructed one cannot be called");
  return **this;
}

Node LossHandle::operator()(Node y_true, Node y_pred) const { return loss()(y_true, y_pred); }

Node LossHandle::operator()(Node y_true, Node y_pred, Node sample_weight) const {
  return loss()(y_true, y_pred, sample_weight);
}

Tensor LossHandle::operator()(const Tensor& y_true, const Tensor& y_pred,
                              const Tensor& sample_weight) const {
  return loss()(y_true, y_pred, sample_weight);
}

}  // namespace keratin
