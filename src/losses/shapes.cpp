#include "losses/shapes.hpp"

#include <algorithm>

#include "keratin/check.hpp"
#include "keratin/ops.hpp"

namespace keratin::losses {

namespace {

// The rank rule on shapes: changes a and b.
void bring_to_same_rank(Shape& a, Shape& b) {
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

// Class ids for one-hot labels, or the other way round: one axis too few, or an axis of 1.
bool other_kind(const Shape& y_true, const Shape& y_pred) {
  return !y_pred.empty() && (y_true.size() + 1 == y_pred.size() ||
                             (y_true.size() == y_pred.size() && y_true.back() == 1));
}

bool is_suffix(const Shape& w, const Shape& v) {  // as NumPy broadcasts w to v
  for (std::size_t i = 0; i < w.size(); ++i)
    if (const std::size_t size = w[w.size() - 1 - i]; size != 1 && size != v[v.size() - 1 - i])
      return false;
  return true;
}

bool is_prefix(const Shape& w, const Shape& v) { return std::equal(w.begin(), w.end(), v.begin()); }

}  // namespace

Pair same_rank(Node a, Node b) {
  if (a.shape().size() == b.shape().size()) return {a, b};
  Shape first = a.shape(), second = b.shape();
  bring_to_same_rank(first, second);
  return {in_shape(a, first), in_shape(b, second)};
}

Shape common_shape(std::string_view where, Shape y_true, Shape y_pred, const char* hint) {
  if (y_true == y_pred) return y_true;
  const Shape given_true = y_true, given_pred = y_pred;
  bring_to_same_rank(y_true, y_pred);
  check(y_true == y_pred, where, "y_true has shape ", given_true, ", y_pred ", given_pred,
        ": the same shape was wanted", other_kind(given_true, given_pred) ? hint : "");
  return y_true;
}

Pair matched(const char* where, Node y_true, Node y_pred, const char* hint) {
  if (y_true.shape() == y_pred.shape()) return {y_true, y_pred};
  common_shape(where, y_true.shape(), y_pred.shape(), hint);
  return same_rank(y_true, y_pred);
}

Pair weights_for(const std::string& where, Node values, Node weight, const Shape& y_pred) {
  const Pair pair = same_rank(values, weight);
  const Shape &v = pair.first.shape(), &w = pair.second.shape();
  if (v == w || w.empty()) return pair;
  const Shape given = weight.shape(), shape = values.shape();
  if (v.empty()) {  // one value for the batch: each weight makes another of it
    check(!y_pred.empty() && w.front() == y_pred.front(), where, "sample_weight has shape ", given,
          ", wanted a weight for each of the ", y_pred.empty() ? 1 : y_pred.front(),
          " rows of y_pred");
    return pair;
  }
  const bool by_sample = w.size() < v.size() && is_prefix(w, v),
             by_place = w.size() <= v.size() && is_suffix(w, v);
  Shape column = w;  // the shape that means a weight for each sample
  while (by_sample && column.size() < v.size()) column.push_back(1);
  check(by_place || !by_sample, where, "sample_weight has shape ", given, ", the values ", shape,
        ": for a weight a sample give it shape ", column);
  check(!(by_place && by_sample && w.elements() > 1), where, "sample_weight has shape ", given,
        ", the values ", shape,
        ": that can be meant in two ways, for a weight a sample give it shape ", column);
  // one weight in a list does not stand for N of them: a wrong length is a mistake
  check(by_place && (w.elements() > 1 || pair.first.value().size() <= 1), where,
        "sample_weight has shape ", given, ", which does not fit values of shape ", shape);
  return pair;
}

}  // namespace keratin::losses
