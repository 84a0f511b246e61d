// Two parallel regions a step: tiles of rows forward and back to the hidden layer; blocks of the
// first layer's gradient, each followed by its Adam update while it is in cache. Weights are stored
// transposed (84 x 784, 10 x 84): the products are then tiles that OpenBLAS's AVX-512 kernels for
// small matrices run faster than packed ones (m*n*k <= 1e6, forward m*n <= 1200).

#include "floor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include "keratin/flush_denormals.hpp"
#include "kernels/blas.hpp"
#include "kernels/blas_core.hpp"
#include "kernels/pool.hpp"

extern "C" void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k,
                            float alpha, const float* a, int lda, const float* b, int ldb,
                            float beta, float* c, int ldc);

namespace {

constexpr int inputs = 784, units = 84, classes = 10, batch_size = 256;
constexpr int widest = 112, row_major = 101, plain = 111, transposed = 112;
constexpr int ahead = 16;  // rows fetched before they are needed: they lie anywhere in 47 MB

struct Tiles {
  int rows, product_rows;        // of a batch: claimed by a thread, and multiplied in one call
  int columns, product_columns;  // of the first layer's inputs, for its gradient
};

Tiles choose_tiles() {
  const std::string& core = keratin::kernels::blas_core().name;
  const bool multiplies_unpacked =
      core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
  return multiplies_unpacked ? Tiles{16, 8, 48, 16} : Tiles{128, 128, widest, widest};
}

struct alignas(64) Line {
  float values[16];
};
// Zeroed floats that start on a cache line.
class Floats {
 public:
  explicit Floats(int size) : lines_(static_cast<std::size_t>(size + 15) / 16) {}
  operator float*() { return lines_.data()->values; }

 private:
  std::vector<Line> lines_;
};

struct Weights {
  explicit Weights(int size) : size(size), w(size), m(size), v(size) {}
  int size;
  Floats w, m, v;
};

void adam(float* __restrict w, float* __restrict m, float* __restrict v, const float* __restrict g,
          int size, float rate) {
  for (int i = 0; i < size; ++i) {
    m[i] += (g[i] - m[i]) * 0.1f;
    v[i] += (g[i] * g[i] - v[i]) * 0.001f;
    w[i] -= rate * m[i] / (std::sqrt(v[i]) + 1e-7f);
  }
}

void multiply(int ta, int tb, int m, int n, int k, const float* a, int lda, const float* b, int ldb,
              float* c, int ldc) {
  cblas_sgemm(row_major, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
}

}  // namespace

class Floor::Net {
 public:
  Net(const std::uint8_t* images, const std::uint8_t* labels, int rows)
      : images_(images), labels_(labels), order_(static_cast<std::size_t>(rows)) {
    std::iota(order_.begin(), order_.end(), 0);
    for (auto [weights, in, out] :
         {std::tuple(&w1_, inputs, units), std::tuple(&w2_, units, classes)})
      for (int i = 0; i < in * out; ++i)  // Glorot uniform
        weights->w[i] = std::sqrt(6.0f / static_cast<float>(in + out)) *
                        (static_cast<float>(random() >> 40) * 0x1p-23f - 1);
  }

  double epoch() {
    const keratin::FlushDenormals flush;
    for (std::size_t i = order_.size(); i > 1; --i)
      std::swap(order_[i - 1], order_[(random() >> 33) % i]);
    double total = 0;
    for (std::size_t first = 0; first < order_.size(); first += batch_size) {
      const int count = static_cast<int>(std::min<std::size_t>(batch_size, order_.size() - first));
      step(&order_[first], count);
      total += std::accumulate(&loss_[0], &loss_[count], 0.0);
    }
    return total / static_cast<double>(order_.size());
  }

  double accuracy(const std::uint8_t* images, const std::uint8_t* labels, int rows) {
    int right = 0;
    for (int row = 0; row < rows; row += batch_size) {
      const int count = std::min(batch_size, rows - row);
      for (int i = 0; i < count; ++i)
        gather(images + static_cast<std::size_t>(row + i) * inputs, i);
      forward(0, count);
      for (int i = 0; i < count; ++i) {
        const float* z = &dz_[i * classes];
        right += std::max_element(z, z + classes) - z == labels[row + i];
      }
    }
    return static_cast<double>(right) / rows;
  }

 private:
  std::uint64_t random() { return random_ = random_ * 6364136223846793005u + 1442695040888963407u; }

  const std::uint8_t* image(int row) const {
    return images_ + static_cast<std::size_t>(row) * inputs;
  }

  void gather(const std::uint8_t* image, int row) {
    float* __restrict x = &x_[row * inputs];
    for (int j = 0; j < inputs; ++j) x[j] = image[j];
  }

  // Logits of rows already gathered, in dz_.
  void forward(int first, int count) {
    float* h = &h_[first * units];
    multiply(plain, transposed, count, units, inputs, &x_[first * inputs], inputs, w1_.w, inputs, h,
             units);
    for (int i = 0; i < count; ++i)
      for (int j = 0; j < units; ++j)
        h[i * units + j] = std::max(0.0f, h[i * units + j] + b1_.w[j]);
    multiply(plain, transposed, count, classes, units, h, units, w2_.w, units,
             &dz_[first * classes], classes);
    for (int i = 0; i < count; ++i)
      for (int j = 0; j < classes; ++j) dz_[(first + i) * classes + j] += b2_.w[j];
  }

  // Logits in dz_ become the loss's gradient by them.
  void loss(const int* rows, int first, int count, float scale) {
    float* z = &dz_[first * classes];
    for (int i = 0; i < count; ++i) {
      float* row = z + i * classes;
      float top = row[0];
      for (int j = 1; j < classes; ++j) top = std::max(top, row[j]);
      for (int j = 0; j < classes; ++j) row[j] -= top;
      loss_[first + i] = -row[labels_[rows[first + i]]];
    }
    for (int i = 0; i < count * classes; ++i) z[i] = std::exp(z[i]);
    for (int i = 0; i < count; ++i) {
      float* row = z + i * classes;
      float sum = 0;
      for (int j = 0; j < classes; ++j) sum += row[j];
      loss_[first + i] += std::log(sum);
      for (int j = 0; j < classes; ++j) row[j] *= scale / sum;
      row[labels_[rows[first + i]]] -= scale;
    }
  }

  void forward_and_back(const int* rows, int first, int count, float scale) {
    const int* last = &order_.back();
    for (const int* row = rows + first; row != rows + first + count; ++row) {
      const std::uint8_t* later = image(last - row > ahead ? row[ahead] : *last);
      for (int j = 0; j < inputs + 63; j += 64) __builtin_prefetch(later + j);
      gather(image(*row), static_cast<int>(row - rows));
    }
    forward(first, count);
    loss(rows, first, count, scale);
    const float* h = &h_[first * units];
    float* dh = &dh_[first * units];
    multiply(plain, plain, count, units, classes, &dz_[first * classes], classes, w2_.w, units, dh,
             units);
    for (int i = 0; i < count * units; ++i) dh[i] = h[i] > 0 ? dh[i] : 0;
  }

  // The gradient of some columns of w1_, and its update: their moments lie together, in the order
  // of the gradient.
  void update_first(int first, int columns, int count, float rate) {
    alignas(64) float g[units * widest];
    for (int j = 0; j < columns; j += tiles_.product_columns)
      multiply(transposed, plain, units, std::min(tiles_.product_columns, columns - j), count, dh_,
               units, &x_[first + j], inputs, g + j, columns);
    float *m = &w1_.m[first * units], *v = &w1_.v[first * units];
    for (int j = 0; j < units; ++j)
      adam(&w1_.w[j * inputs + first], m + j * columns, v + j * columns, g + j * columns, columns,
           rate);
  }

  void update_rest(int count, float rate) {
    float g2[units * classes], g1[units] = {}, g0[classes] = {};
    multiply(transposed, plain, classes, units, count, dz_, classes, h_, units, g2, units);
    for (int i = 0; i < count; ++i) {
      for (int j = 0; j < units; ++j) g1[j] += dh_[i * units + j];
      for (int j = 0; j < classes; ++j) g0[j] += dz_[i * classes + j];
    }
    adam(w2_.w, w2_.m, w2_.v, g2, w2_.size, rate);
    adam(b1_.w, b1_.m, b1_.v, g1, b1_.size, rate);
    adam(b2_.w, b2_.m, b2_.v, g0, b2_.size, rate);
  }

  void step(const int* rows, int count) {
    const auto parts = [](int size, int piece) {
      return static_cast<std::size_t>((size + piece - 1) / piece);
    };
    keratin::kernels::parallel_for(parts(count, tiles_.rows), [&](std::size_t tile) {
      const int first = static_cast<int>(tile) * tiles_.rows,
                end = std::min(first + tiles_.rows, count);
      for (int row = first; row < end; row += tiles_.product_rows)
        forward_and_back(rows, row, std::min(tiles_.product_rows, end - row),
                         1.0f / static_cast<float>(count));
    });
    ++steps_;
    const float rate = static_cast<float>(0.001 * std::sqrt(1 - std::pow(0.999, steps_)) /
                                          (1 - std::pow(0.9, steps_)));
    keratin::kernels::parallel_for(1 + parts(inputs, tiles_.columns), [&](std::size_t tile) {
      if (tile == 0) return update_rest(count, rate);
      const int first = static_cast<int>(tile - 1) * tiles_.columns,
                end = std::min(first + tiles_.columns, inputs);
      update_first(first, end - first, count, rate);
    });
  }

  const std::uint8_t *images_, *labels_;
  std::vector<int> order_;
  keratin::kernels::BlasSection one_thread_per_product_;
  Tiles tiles_ = choose_tiles();
  Weights w1_{inputs * units}, b1_{units}, w2_{units * classes}, b2_{classes};
  Floats x_{batch_size * inputs}, h_{batch_size * units}, dh_{batch_size * units},
      dz_{batch_size * classes}, loss_{batch_size};
  long steps_ = 0;
  std::uint64_t random_ = 1;
};

Floor::Floor(const std::uint8_t* images, const std::uint8_t* labels, int rows)
    : net_(std::make_unique<Net>(images, labels, rows)) {}
Floor::~Floor() = default;
double Floor::epoch() { return net_->epoch(); }
double Floor::accuracy(const std::uint8_t* images, const std::uint8_t* labels, int rows) {
  return net_->accuracy(images, labels, rows);
}
