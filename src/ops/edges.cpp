#include <algorithm>

#include "keratin/check.hpp"
#include "keratin/op.hpp"
#include "keratin/ops/images.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"
#include "ops/windows.hpp"

namespace keratin {

Config Edges<1>::config() const { return Config::List{before_, after_}; }

Edges<1> Edges<1>::from_config(const Config& config) {
  if (!config.get_if<Config::List>()) return value_of<int>(config, "edges", "the number of places");
  const auto list = value_of<std::vector<int>>(config, "edges", "the numbers of places");
  check(list.size() == 2, "edges", "got ", config, ", wanted [before, after]");
  return {list[0], list[1]};
}

Config Edges<2>::config() const { return Config::List{axes_[0].config(), axes_[1].config()}; }

Edges<2> Edges<2>::from_config(const Config& config) {
  const Config::List* list = config.get_if<Config::List>();
  if (!list) return value_of<int>(config, "edges", "the number of places");
  check(list->size() == 2, "edges", "got ", config, ", wanted [[top, bottom], [left, right]]");
  return {Edges<1>::from_config((*list)[0]), Edges<1>::from_config((*list)[1])};
}

namespace ops {

namespace {

// A smaller image inside of a larger one, `offset` values from its start.
struct Inset {
  std::size_t batch, rows;
  std::size_t row_size;  // of the smaller one, in values
  std::size_t image, inner_image;
  std::size_t line;  // of the larger one
  std::size_t offset;
};

Inset inset(const Images& larger, const Images& smaller, const Edges<2>& edges) {
  const std::size_t line = larger.width * larger.channels;
  return {larger.batch,
          smaller.height,
          smaller.width * smaller.channels,
          larger.row_size(),
          smaller.row_size(),
          line,
          static_cast<std::size_t>(edges[0].before()) * line +
              static_cast<std::size_t>(edges[1].before()) * larger.channels};
}

// Calls body(larger, smaller) with the index of each row of the smaller images in both.
template <class Body>
void each_row(const Inset& inset, const Body& body) {
  constexpr std::size_t values_per_slice = 1 << 15;
  const std::size_t grain = values_per_slice / (inset.image + 1) + 1;
  kernels::parallel_slices(inset.batch, grain, [&](std::size_t first, std::size_t count) {
    for (std::size_t image = first; image < first + count; ++image)
      for (std::size_t row = 0; row < inset.rows; ++row)
        body(image * inset.image + inset.offset + row * inset.line,
             image * inset.inner_image + row * inset.row_size);
  });
}

void copy_into(const Inset& inset, const float* smaller, float* larger) {
  std::fill_n(larger, inset.batch * inset.image, 0.0f);
  each_row(inset, [&](std::size_t to, std::size_t from) {
    std::copy_n(smaller + from, inset.row_size, larger + to);
  });
}

void copy_out(const Inset& inset, const float* larger, float* smaller, bool add) {
  each_row(inset, [&](std::size_t from, std::size_t to) {
    if (add)
      kernels::simd().add(larger + from, smaller + to, inset.row_size);
    else
      std::copy_n(larger + from, inset.row_size, smaller + to);
  });
}

void add_into(const Inset& inset, const float* smaller, float* larger) {
  each_row(inset, [&](std::size_t to, std::size_t from) {
    kernels::simd().add(smaller + from, larger + to, inset.row_size);
  });
}

// The shape with `sign` times the edges added to its height and width.
Shape with_edges(const Shape& shape, const Edges<2>& edges, int sign, const char* where) {
  Shape result = shape;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const int before = edges[axis].before(), after = edges[axis].after();
    check(before >= 0 && after >= 0, where, "got edges of ", before, " and ", after,
          ", wanted 0 or more");
    if (shape.size() == 3 && axis == 0) {
      check(before + after == 0, where, "a sequence has no edges above and below");
      continue;
    }
    std::size_t& size = result[shape.size() - 3 + axis];
    const auto edge = static_cast<std::size_t>(before) + static_cast<std::size_t>(after);
    check(sign > 0 || edge < size, where, "nothing is left of size ", size, " without ", before,
          " and ", after);
    size = sign > 0 ? size + edge : size - edge;
  }
  return result;
}

}  // namespace

Node pad(Node x, const Edges<2>& edges) {
  static constexpr Op op{"pad"};
  const Images smaller(x.shape(), op.name);
  const Shape shape = with_edges(x.shape(), edges, 1, op.name);
  const Inset sizes = inset(Images(shape, op.name), smaller, edges);
  return record(
      op, {x}, shape, [&](Tensor& y) { copy_into(sizes, x.value().data(), y.data()); },
      [x, sizes](const Tensor&, const Tensor& dy) {
        accumulate(
            x, [&](Tensor& dx, float keep) { copy_out(sizes, dy.data(), dx.data(), keep != 0); });
      });
}

Node crop(Node x, const Edges<2>& edges) {
  static constexpr Op op{"crop"};
  const Images larger(x.shape(), op.name);
  const Shape shape = with_edges(x.shape(), edges, -1, op.name);
  const Inset sizes = inset(larger, Images(shape, op.name), edges);
  return record(
      op, {x}, shape, [&](Tensor& y) { copy_out(sizes, x.value().data(), y.data(), false); },
      [x, sizes](const Tensor&, const Tensor& dy) {
        accumulate_sum(x, [&](Tensor& dx) { add_into(sizes, dy.data(), dx.data()); });
      });
}

}  // namespace ops

}  // namespace keratin
