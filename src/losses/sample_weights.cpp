#include "losses/sample_weights.hpp"

#include "keratin/check.hpp"
#include "losses/shapes.hpp"

namespace keratin::losses {

namespace {

// Whether `weight` fits the axes of `values` from `first` on: the sizes are the same, or 1 where
// `broadcasts` allows it.
bool fits_from(std::size_t first, const Shape& weight, const Shape& values, bool broadcasts) {
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const bool stands_for_any_size = broadcasts && weight[i] == 1;
    if (weight[i] != values[first + i] && !stands_for_any_size) return false;
  }
  return true;
}

// The shape in which weights that stand for the leading axes say so.
Shape with_trailing_ones(Shape weight, std::size_t rank) {
  while (weight.size() < rank) weight.push_back(1);
  return weight;
}

}  // namespace

WeightedValues weighted_values(std::string_view where, Node values, Node weight,
                               const Shape& y_pred) {
  const Shape given = weight.shape();
  const Shape shape = values.shape();
  if (given.empty()) return {values, weight};
  if (shape.empty()) {
    const std::size_t samples = y_pred.empty() ? 1 : y_pred.front();
    check(given.front() == samples, where, "sample_weight has shape ", given,
          ", wanted one weight for each of the ", samples, " samples of y_pred");
    return {values, weight};
  }

  const Pair pair = match_ranks(values, weight);
  const Shape& v = pair.first.shape();
  const Shape& w = pair.second.shape();
  const bool has_fewer_axes = w.size() < v.size();
  // A list of weights, (N) or (N, 1) for values (N), has one for each value.
  const bool is_list = shape.size() == 1;
  const bool broadcasts = !has_fewer_axes && !is_list;
  const bool fits = w.size() <= v.size() && fits_from(v.size() - w.size(), w, v, broadcasts);
  const bool may_be_per_sample =
      has_fewer_axes && w.front() == v.front() && fits_from(0, w, v, /*broadcasts=*/true);
  if (may_be_per_sample)
    fail(where, "sample_weight has shape ", given, ", the values ", shape, ": ",
         fits ? "that can be meant in two ways, " : "", "for one weight per sample give it shape ",
         with_trailing_ones(w, v.size()));
  check(fits, where, "sample_weight has shape ", given, ", which does not fit values of shape ",
        shape);
  return {pair.first, pair.second};
}

}  // namespace keratin::losses
