#include "losses/shapes.hpp"

#include "keratin/check.hpp"
#include "keratin/losses/built_in_loss.hpp"
#include "keratin/losses/loss_function.hpp"
#include "keratin/ops.hpp"

namespace keratin {

namespace losses {

namespace {

// The rank rule on shapes.
void match_ranks(Shape& a, Shape& b) {
  Shape& longer = a.size() > b.size() ? a : b;
  Shape& shorter = a.size() > b.size() ? b : a;
  if (longer.size() != shorter.size() + 1 || longer.back() != 1) return;
  if (shorter.size() == 1)
    shorter.push_back(1);
  else
    longer.pop_back();
}

Node in_shape(Node x, const Shape& shape) {
  return x.shape() == shape ? x : ops::reshape(x, shape);
}

// Whether labels look like class ids for predictions that want one-hot labels: an axis too few, or
// a last axis of 1.
bool look_like_class_ids(const Shape& y_true, const Shape& y_pred) {
  if (y_pred.empty()) return false;
  const bool one_axis_less = y_true.size() + 1 == y_pred.size();
  return one_axis_less || (y_true.size() == y_pred.size() && y_true.back() == 1);
}

const char* hint_for(Labels labels) {
  return labels == Labels::one_hot ? " (class ids? sparse_categorical_crossentropy takes them)"
                                   : "";
}

}  // namespace

Pair match_ranks(Node a, Node b) {
  Shape first = a.shape();
  Shape second = b.shape();
  match_ranks(first, second);
  return {in_shape(a, first), in_shape(b, second)};
}

Shape common_shape(std::string_view where, Shape y_true, Shape y_pred, const char* hint) {
  const Shape given_true = y_true;
  const Shape given_pred = y_pred;
  match_ranks(y_true, y_pred);
  check(y_true == y_pred, where, "y_true has shape ", given_true, ", y_pred ", given_pred,
        ": the same shape was wanted", look_like_class_ids(given_true, given_pred) ? hint : "");
  return y_true;
}

void detail::check_shapes(const char* where, Labels labels, const Shape& y_true,
                          const Shape& y_pred) {
  common_shape(where, y_true, y_pred, hint_for(labels));
}

}  // namespace losses

detail::LabelsAndPredictions detail::matched(const char* where, Labels labels, Node y_true,
                                             Node y_pred) {
  if (y_true.shape() == y_pred.shape()) return {y_true, y_pred};
  losses::common_shape(where, y_true.shape(), y_pred.shape(), losses::hint_for(labels));
  const losses::Pair pair = losses::match_ranks(y_true, y_pred);
  return {pair.first, pair.second};
}

}  // namespace keratin
