// Three parallel regions a step: tiles of rows forward and back to the hidden layer; blocks of the weight gradient; slices of
// the update. Tiles are the size that sgemm runs fastest here (docs/performance.md), on the same pool as the library's.

#include "floor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/pool.hpp"

extern "C" {
void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float* a, int lda, const float* b, int ldb,
                 float beta, float* c, int ldc);
void openblas_set_num_threads(int);
}

namespace {

constexpr int row_major = 101, plain = 111, transposed = 112;
constexpr int inputs = 784, units = 84, classes = 10, batch_size = 256;
constexpr int tile_rows = 12, block_rows = 44, slice = 8192;

std::vector<float> glorot(int in, int out, std::uint64_t& random) {
  std::vector<float> w(static_cast<std::size_t>(in * out));
  const float limit = std::sqrt(6.0f / static_cast<float>(in + out));
  for (float& value : w) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    value = limit * (static_cast<float>(random >> 40) * 0x1p-23f - 1);
  }
  return w;
}

}  // namespace

Floor::Floor(const std::uint8_t* images, const std::uint8_t* labels, int rows)
    : images_(images), labels_(labels), order_(static_cast<std::size_t>(rows)), x_(batch_size * inputs), h_(batch_size * units),
      dh_(batch_size * units), dz_(batch_size * classes), loss_(batch_size) {
  openblas_set_num_threads(1);
  std::iota(order_.begin(), order_.end(), 0u);
  w1_.w = glorot(inputs, units, random_);
  b1_.w.resize(units);
  w2_.w = glorot(units, classes, random_);
  b2_.w.resize(classes);
  for (Weights* weights : {&w1_, &b1_, &w2_, &b2_})
    for (auto* part : {&weights->g, &weights->m, &weights->v}) part->resize(weights->w.size());
}

double Floor::epoch() {
  for (std::size_t i = order_.size(); i > 1; --i) {
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    std::swap(order_[i - 1], order_[(random_ >> 33) % i]);
  }
  double total = 0;
  for (std::size_t first = 0; first < order_.size(); first += batch_size) {
    const int count = static_cast<int>(std::min<std::size_t>(batch_size, order_.size() - first));
    step(&order_[first], count);
    total += std::accumulate(loss_.begin(), loss_.begin() + count, 0.0);
  }
  return total / static_cast<double>(order_.size());
}

void Floor::forward_and_back(const std::uint32_t* rows, int first, int count, int batch) {
  float* x = &x_[static_cast<std::size_t>(first * inputs)];
  for (int i = 0; i < count; ++i) {
    const std::uint8_t* image = images_ + static_cast<std::size_t>(rows[first + i]) * inputs;
    for (int j = 0; j < inputs; ++j) x[i * inputs + j] = image[j];
  }
  float *h = &h_[static_cast<std::size_t>(first * units)], *dh = &dh_[static_cast<std::size_t>(first * units)];
  cblas_sgemm(row_major, plain, plain, count, units, inputs, 1, x, inputs, w1_.w.data(), units, 0, h, units);
  for (int i = 0; i < count; ++i)
    for (int j = 0; j < units; ++j) h[i * units + j] = std::max(0.0f, h[i * units + j] + b1_.w[static_cast<std::size_t>(j)]);
  float* z = &dz_[static_cast<std::size_t>(first * classes)];
  cblas_sgemm(row_major, plain, plain, count, classes, units, 1, h, units, w2_.w.data(), classes, 0, z, classes);
  for (int i = 0; i < count; ++i, z += classes) {
    float top = -INFINITY, sum = 0;
    for (int j = 0; j < classes; ++j) top = std::max(top, z[j] += b2_.w[static_cast<std::size_t>(j)]);
    for (int j = 0; j < classes; ++j) z[j] -= top;
    const int label = labels_[rows[first + i]];
    const float target = z[label];
    for (int j = 0; j < classes; ++j) sum += z[j] = std::exp(z[j]);
    loss_[static_cast<std::size_t>(first + i)] = std::log(sum) - target;
    for (int j = 0; j < classes; ++j) z[j] /= sum * static_cast<float>(batch);
    z[label] -= 1.0f / static_cast<float>(batch);
  }
  z -= count * classes;
  cblas_sgemm(row_major, plain, transposed, count, units, classes, 1, z, classes, w2_.w.data(), classes, 0, dh, units);
  for (int i = 0; i < count * units; ++i) dh[i] = h[i] > 0 ? dh[i] : 0;
}

void Floor::step(const std::uint32_t* rows, int count) {
  const auto tiles = [](int size, int piece) { return static_cast<std::size_t>((size + piece - 1) / piece); };
  keratin::kernels::parallel_for(tiles(count, tile_rows), [&](std::size_t tile) {
    const int first = static_cast<int>(tile) * tile_rows;
    forward_and_back(rows, first, std::min(tile_rows, count - first), count);
  });

  const std::size_t blocks = tiles(inputs, block_rows);
  const auto column_sums = [count](const std::vector<float>& from, int columns, std::vector<float>& to) {
    std::fill(to.begin(), to.end(), 0.0f);
    for (int i = 0; i < count; ++i)
      for (int j = 0; j < columns; ++j) to[static_cast<std::size_t>(j)] += from[static_cast<std::size_t>(i * columns + j)];
  };
  keratin::kernels::parallel_for(blocks + 1, [&](std::size_t tile) {
    if (tile == blocks) {
      cblas_sgemm(row_major, transposed, plain, units, classes, count, 1, h_.data(), units, dz_.data(), classes, 0, w2_.g.data(), classes);
      column_sums(dh_, units, b1_.g);
      return column_sums(dz_, classes, b2_.g);
    }
    const int first = static_cast<int>(tile) * block_rows, size = std::min(block_rows, inputs - first);
    cblas_sgemm(row_major, transposed, plain, size, units, count, 1, x_.data() + first, inputs, dh_.data(), units, 0,
                w1_.g.data() + first * units, units);
  });

  ++steps_;
  const float rate = static_cast<float>(0.001 * std::sqrt(1 - std::pow(0.999, steps_)) / (1 - std::pow(0.9, steps_)));
  const auto adam = [rate](Weights& weights, std::size_t first, std::size_t size) {
    float *w = &weights.w[first], *m = &weights.m[first], *v = &weights.v[first];
    const float* g = &weights.g[first];
    for (std::size_t i = 0; i < size; ++i) {
      m[i] += (g[i] - m[i]) * 0.1f;
      v[i] += (g[i] * g[i] - v[i]) * 0.001f;
      w[i] -= rate * m[i] / (std::sqrt(v[i]) + 1e-7f);
    }
  };
  const std::size_t slices = tiles(inputs * units, slice);
  keratin::kernels::parallel_for(slices + 1, [&](std::size_t tile) {
    if (tile == slices) {
      for (Weights* weights : {&b1_, &w2_, &b2_}) adam(*weights, 0, weights->w.size());
    } else {
      adam(w1_, tile * slice, std::min<std::size_t>(slice, w1_.w.size() - tile * slice));
    }
  });
}
