#include "keratin/layers/padding.hpp"

#include "layers/windows.hpp"

namespace keratin::layers {

namespace {

template <std::size_t rank>
constexpr const char* padding_name = rank == 1 ? "zero_padding1d" : "zero_padding2d";
template <std::size_t rank>
constexpr const char* cropping_name = rank == 1 ? "cropping1d" : "cropping2d";

Edges<2> edges_on_image(Edges<1> edges) { return {0, edges}; }
Edges<2> edges_on_image(const Edges<2>& edges) { return edges; }

void check_edges(const Edges<2>& edges, const char* where, const char* what) {
  for (std::size_t axis = 0; axis < 2; ++axis)
    for (const int places : {edges[axis].before(), edges[axis].after()})
      check(places >= 0, where, what, " is ", places, " at an edge, wanted 0 or more");
}

}  // namespace

template <std::size_t rank>
void ZeroPadding<rank>::check_options() const {
  check_data_format(this->options().data_format, padding_name<rank>);
  check_edges(edges_on_image(this->options().padding), padding_name<rank>, "padding");
}

template <std::size_t rank>
Shape ZeroPadding<rank>::compute_output_shape(const Shape& input) const {
  check_sample(input, rank, padding_name<rank>);
  const Edges<2> edges = edges_on_image(this->options().padding);
  Shape output = input;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const Edges<1>& edge = edges[axis + 2 - rank];
    output[axis] += static_cast<std::size_t>(edge.before() + edge.after());
  }
  return output;
}

template <std::size_t rank>
Node ZeroPadding<rank>::call(Node x, bool) {
  return ops::pad(x, edges_on_image(this->options().padding));
}

template <std::size_t rank>
void Cropping<rank>::check_options() const {
  check_data_format(this->options().data_format, cropping_name<rank>);
  check_edges(edges_on_image(this->options().cropping), cropping_name<rank>, "cropping");
}

template <std::size_t rank>
Shape Cropping<rank>::compute_output_shape(const Shape& input) const {
  check_sample(input, rank, cropping_name<rank>);
  const Edges<2> edges = edges_on_image(this->options().cropping);
  Shape output = input;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const Edges<1>& edge = edges[axis + 2 - rank];
    const auto places = static_cast<std::size_t>(edge.before() + edge.after());
    check(places < output[axis], cropping_name<rank>, "nothing is left of samples of shape ", input,
          " without ", edge.before(), " and ", edge.after(), " places of axis ", axis);
    output[axis] -= places;
  }
  return output;
}

template <std::size_t rank>
Node Cropping<rank>::call(Node x, bool) {
  return ops::crop(x, edges_on_image(this->options().cropping));
}

template class ZeroPadding<1>;
template class ZeroPadding<2>;
template class Cropping<1>;
template class Cropping<2>;

}  // namespace keratin::layers
