#include "keratin/layers/global_pooling.hpp"

#include "layers/windows.hpp"

namespace keratin::layers {

namespace {

template <std::size_t rank>
constexpr const char* where_global_pooling = rank == 1 ? "global_pooling1d" : "global_pooling2d";

}  // namespace

template <std::size_t rank, Node (*reduce)(Node, const Axes&, bool)>
GlobalPooling<rank, reduce>::GlobalPooling(GlobalPoolingOptions given)
    : Configured(std::move(given)) {
  check_data_format(options().data_format, where_global_pooling<rank>);
}

template <std::size_t rank, Node (*reduce)(Node, const Axes&, bool)>
Shape GlobalPooling<rank, reduce>::compute_output_shape(const Shape& input) const {
  check_sample(input, rank, where_global_pooling<rank>);
  Shape output;
  for (std::size_t axis = 0; axis < rank && options().keepdims; ++axis) output.push_back(1);
  output.push_back(input.back());
  return output;
}

template <std::size_t rank, Node (*reduce)(Node, const Axes&, bool)>
Node GlobalPooling<rank, reduce>::call(Node x, bool) {
  const Axes axes = rank == 1 ? Axes({1}) : Axes({1, 2});
  return reduce(x, axes, options().keepdims);
}

template class GlobalPooling<1, ops::max>;
template class GlobalPooling<1, ops::mean>;
template class GlobalPooling<2, ops::max>;
template class GlobalPooling<2, ops::mean>;

}  // namespace keratin::layers
