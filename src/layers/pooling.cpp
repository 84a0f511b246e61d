#include "keratin/layers/pooling.hpp"

#include "layers/windows.hpp"

namespace keratin::layers {

namespace {

template <std::size_t rank>
constexpr const char* where_pooling = rank == 1 ? "pooling1d" : "pooling2d";

template <std::size_t rank>
PoolingOptions<rank> with_sizes(PoolingOptions<rank> options, Sizes<rank> pool_size) {
  options.pool_size = pool_size;
  if (!options.strides) options.strides = pool_size;
  return options;
}

template <std::size_t rank>
ops::WindowOptions window_options(const PoolingOptions<rank>& options) {
  return {on_image(*options.strides), options.padding};
}

}  // namespace

template <std::size_t rank, PoolingOp op>
Pooling<rank, op>::Pooling(Sizes<rank> pool_size, PoolingOptions<rank> given)
    : Configured<Layer, PoolingOptions<rank>>(with_sizes(std::move(given), pool_size)) {
  const auto& o = this->options();
  o.pool_size.check_at_least(1, where_pooling<rank>, "pool_size");
  o.strides->check_at_least(1, where_pooling<rank>, "strides");
  check(o.padding != Padding::causal, where_pooling<rank>,
        "padding is 'causal', wanted 'valid' or 'same'");
  check_data_format(o.data_format, where_pooling<rank>);
}

template <std::size_t rank, PoolingOp op>
Shape Pooling<rank, op>::compute_output_shape(const Shape& input) const {
  check_sample(input, rank, where_pooling<rank>);
  const auto& o = this->options();
  return ops::window_output_shape(input, on_image(o.pool_size), window_options(o));
}

template <std::size_t rank, PoolingOp op>
Node Pooling<rank, op>::call(Node x, bool) {
  return op(x, on_image(this->options().pool_size), window_options(this->options()));
}

template class Pooling<1, ops::max_pool>;
template class Pooling<2, ops::max_pool>;
template class Pooling<1, ops::average_pool>;
template class Pooling<2, ops::average_pool>;

}  // namespace keratin::layers
