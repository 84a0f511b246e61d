#include "ops/gather.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "core/thread_buffer.hpp"
#include "keratin/op.hpp"
#include "keratin/ops.hpp"
#include "kernels/pool.hpp"
#include "kernels/simd.hpp"
#include "ops/processes.hpp"

namespace keratin::ops {

constinit const Op gather_op{"gather"};

namespace {

constexpr std::size_t values_in_slice = 1 << 14;

void check_indices(const Tensor& indices, std::size_t rows) {
  const float* const index = indices.data();
  for (std::size_t at = 0; at < indices.size(); ++at)
    check(index[at] >= 0 && index[at] < static_cast<float>(rows), "gather", "index ", index[at],
          " at position ", at, " is not one of ", rows, " rows");
}

// The places of each row among the indices: those of row r are places[starts[r]] to
// places[starts[r + 1] - 1], in ascending order.
struct Places {
  std::uint32_t *starts, *places;
  Places(const RowGroups& groups) {
    thread_local constinit ThreadBuffer buffer;
    static_assert(sizeof(std::uint32_t) == sizeof(float));
    starts = new (buffer.reserve(groups.rows + 2 + groups.count)) std::uint32_t[groups.rows + 2];
    places = new (starts + groups.rows + 2) std::uint32_t[groups.count];
    std::fill_n(starts, groups.rows + 2, 0u);
    const auto row = [&](std::size_t at) { return static_cast<std::size_t>(groups.indices[at]); };
    for (std::size_t at = 0; at < groups.count; ++at) ++starts[row(at) + 2];
    std::partial_sum(starts, starts + groups.rows + 2, starts);
    for (std::size_t at = 0; at < groups.count; ++at)
      places[starts[row(at) + 1]++] = static_cast<std::uint32_t>(at);
  }
};

}  // namespace

void RowGroups::sum(const float* table, float* y) const {
  const std::size_t grain = std::max<std::size_t>(1, values_in_slice / (group * width + 1));
  kernels::parallel_slices(count / group, grain, [&](std::size_t first, std::size_t groups) {
    const auto add = kernels::simd().add;
    for (std::size_t g = first; g < first + groups; ++g) {
      float* const out = y + g * width;
      for (std::size_t i = 0; i < group; ++i) {
        const float* row = table + static_cast<std::size_t>(indices[g * group + i]) * width;
        if (i == 0)
          std::copy_n(row, width, out);
        else
          add(row, out, width);
      }
      if (scale != 1)
        for (std::size_t i = 0; i < width; ++i) out[i] *= scale;
    }
  });
}

void RowGroups::add_gradient(const float* dy, float* dtable, bool accumulate) const {
  const Places found(*this);
  const std::size_t values = count * width / (rows + 1) + width;  // of an average row
  const std::size_t grain = std::max<std::size_t>(1, values_in_slice / values);
  kernels::parallel_slices(rows, grain, [&](std::size_t first, std::size_t some) {
    const auto add = kernels::simd().add;
    thread_local constinit ThreadBuffer buffer;
    float* const sum = buffer.reserve(width);
    for (std::size_t row = first; row < first + some; ++row) {
      float* const out = dtable + row * width;
      const std::uint32_t begin = found.starts[row], end = found.starts[row + 1];
      if (!accumulate) std::fill_n(out, width, 0.0f);
      if (begin == end) continue;
      std::fill_n(sum, width, 0.0f);
      for (std::uint32_t at = begin; at < end; ++at)
        add(dy + found.places[at] / group * width, sum, width);
      for (std::size_t i = 0; i < width; ++i) out[i] += scale * sum[i];
    }
  });
}

Node gather(Node x, Node indices) {
  check(!x.shape().empty(), "gather", "a scalar has no rows");
  refuse_divided(x, "gather");
  const std::size_t rows = x.shape().front(),
                    width = x.value().size() / std::max<std::size_t>(1, rows);
  Shape shape = indices.shape();
  for (std::size_t size : x.shape().without_batch()) shape.push_back(size);
  const auto row_groups = [indices, rows, width] {
    return RowGroups{indices.value().data(), indices.value().size(), 1, rows, width, 1};
  };
  check_indices(indices.value(), rows);
  return record_on_demand(
      gather_op, {x, indices}, shape,
      [x, row_groups](Tensor& y) { row_groups().sum(x.value().data(), y.data()); },
      [x, row_groups](const Tensor&, const Tensor& dy) {
        accumulate(x, [&](Tensor& dx, float keep) {
          row_groups().add_gradient(dy.data(), dx.data(), keep != 0);
        });
      });
}

}  // namespace keratin::ops
