// Compiled once per instruction set: KERATIN_ARCH is xsimd's name for it, KERATIN_TABLE_NAME the
// user's, KERATIN_TABLE the table to define. Everything here and in the included simd_*.hpp is a
// template on the instruction set or local to this file. So the linker cannot take a function that
// was compiled for a newer machine in the place of one for an older machine.

#include "kernels/simd.hpp"

#include <algorithm>

#include "kernels/simd_batches.hpp"
#include "kernels/simd_dense_product.hpp"
#include "kernels/simd_dot_products.hpp"
#include "kernels/simd_normalization.hpp"
#include "kernels/simd_patches.hpp"
#include "kernels/simd_pooling.hpp"
#include "kernels/simd_random.hpp"
#include "kernels/simd_rows.hpp"
#include "kernels/simd_sparse_product.hpp"
#include "kernels/simd_tables.hpp"
#include "kernels/simd_updates.hpp"

namespace keratin::kernels {

namespace {

// The loops of every function in a list, in its order.
template <class List>
struct Tables;
template <class... F>
struct Tables<std::tuple<F...>> {
  static constexpr std::array<Simd::Map, sizeof...(F)> map() { return {&MapOf<F>::map...}; }
  static constexpr std::array<Simd::MapGradient, sizeof...(F)> map_gradient() {
    return {&MapOf<F>::gradient...};
  }
  static constexpr std::array<Simd::Map2, sizeof...(F)> map2() { return {&Map2Of<F>::map...}; }
  static constexpr std::array<Simd::Map2Gradient, sizeof...(F)> gradient_a() {
    return {&Map2Of<F>::gradient_a...};
  }
  static constexpr std::array<Simd::Map2Gradient, sizeof...(F)> gradient_b() {
    return {&Map2Of<F>::gradient_b...};
  }
};

void add(const float* x, float* y, std::size_t n) {
  each<true>(
      n, y, [](Batch at) { return at; }, x);
}

void from_uint8(const std::uint8_t* x, float* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i]);
}

struct Identity {
  template <class B>
  static B value(B x, B, B) {
    return x;
  }
};

// As many short rows as a batch has lanes are a whole number of batches: with the bias repeated as
// often, no batch is left half empty.
template <class F>
void epilogue_of_short_rows(float* y, const float* bias, std::size_t size, std::size_t columns) {
  alignas(64) float repeated[width * width];
  const std::size_t period = columns * width;
  for (std::size_t i = 0; i < period; ++i) repeated[i] = bias[i % columns];
  for (std::size_t first = 0; first < size; first += period, y += period)
    each<false>(
        std::min(period, size - first), y, [](Batch x, Batch b) { return F::value(x + b, b, b); },
        y, repeated);
}

template <class F>
void epilogue(float* y, const float* bias, std::size_t rows, std::size_t columns,
              std::size_t stride) {
  if (bias && rows >= width && columns < width && columns == stride)
    return epilogue_of_short_rows<F>(y, bias, rows * columns, columns);
  for (std::size_t i = 0; i < rows; ++i, y += stride)
    if (bias)
      each<false>(
          columns, y, [](Batch x, Batch b) { return F::value(x + b, b, b); }, y, bias);
    else
      each<false>(
          columns, y, [](Batch x) { return F::value(x, x, x); }, y);
}

void sgd(float* w, float* velocity, const float* g, std::size_t n, float learning_rate,
         float momentum, bool nesterov) {
  for (std::size_t i = 0; i < n; ++i) {
    if (!velocity) {
      w[i] -= learning_rate * g[i];
    } else {
      velocity[i] = velocity[i] * momentum - learning_rate * g[i];
      w[i] += nesterov ? momentum * velocity[i] - learning_rate * g[i] : velocity[i];
    }
  }
}

// x / y. AVX-512's quotients take as long as all else in a step of Adam, and its roots as long
// again, because one unit computes both: so the reciprocal is approximated to 14 bits, and a
// Newton step doubles these. Zeros and infinities are no matter for Newton.
Batch quotient(Batch x, Batch y) {
#if defined(__AVX512DQ__)
  constexpr int zeros_and_infinities = 0x02 | 0x04 | 0x08 | 0x10;
  const __mmask16 usual = _knot_mask16(_mm512_fpclass_ps_mask(y, zeros_and_infinities));
  const __m512 near = _mm512_rcp14_ps(y);
  const __m512 error = _mm512_fnmadd_ps(y, near, _mm512_set1_ps(1));
  return x * Batch(_mm512_mask_fmadd_ps(near, usual, error, near));
#else
  return x / y;
#endif
}

void adam(float* w, float* m, float* v, const float* g, std::size_t n, AdamStep step) {
  const auto update = [&](Batch weights, Batch& mean, Batch& variance, Batch gradient) {
    mean += (gradient - mean) * Batch(step.rate_1);
    variance += (gradient * gradient - variance) * Batch(step.rate_2);
    return weights -
           quotient(mean * Batch(step.learning_rate), xsimd::sqrt(variance) + Batch(step.epsilon));
  };
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    Batch mi = load(m + i);
    Batch vi = load(v + i);
    update(load(w + i), mi, vi, load(g + i)).store_unaligned(w + i);
    mi.store_unaligned(m + i);
    vi.store_unaligned(v + i);
  }
  if (i < n) {
    Batch mi = load_some(m + i, n - i, 0);
    Batch vi = load_some(v + i, n - i, 0);
    store_some(update(load_some(w + i, n - i, 0), mi, vi, load_some(g + i, n - i, 0)), w + i,
               n - i);
    store_some(mi, m + i, n - i);
    store_some(vi, v + i, n - i);
  }
}

}  // namespace

const Simd KERATIN_TABLE = {
    .name = KERATIN_TABLE_NAME,
    .architecture = KERATIN_ARCH::name(),
    .map = Tables<Unary>::map(),
    .map_gradient = Tables<Unary>::map_gradient(),
    .map2 = Tables<Binary>::map2(),
    .map2_gradient_a = Tables<Binary>::gradient_a(),
    .map2_gradient_b = Tables<Binary>::gradient_b(),
    .compare = Tables<Compare>::map2(),
    .add = add,
    .from_uint8 = from_uint8,
    .sum = sum,
    .sum_of_squares = sum_of_squares,
    .column_sums = column_sums,
    .epilogue = {epilogue<Identity>, epilogue<functions::Relu>, epilogue<functions::Tanh>},
    .softmax = softmax,
    .log_softmax = log_softmax,
    .softmax_gradient = softmax_gradient,
    .log_softmax_gradient = log_softmax_gradient,
    .column_moments = column_moments,
    .normalize = normalize,
    .normalize_sums = normalize_sums,
    .normalize_gradient = normalize_gradient,
    .dropout = dropout,
    .dense_product = dense_product,
    .dense_panel_rows = panel_rows,
    .dense_strip_columns = strip_columns,
    .outruns_blas = has_fma,
    .transpose = transpose,
    .scatter_patches = scatter_patches,
    .max_pool = max_pool,
    .max_pool_gradient = max_pool_gradient,
    .average_pool = average_pool,
    .average_pool_gradient = average_pool_gradient,
    .depthwise = depthwise,
    .depthwise_gradient = depthwise_gradient,
    .depthwise_kernel_gradient = depthwise_kernel_gradient,
    .dot_products = dot_products,
    .sparse_product = sparse_product,
    .find_nonzeros = find_nonzeros,
    .fewest_columns = width,
    .most_columns = usual_batches * width,
    .pack = pack,
    .count_nonzeros = count_nonzeros,
    .sgd = sgd,
    .adam = adam,
    .update = Updates<Rules>::table(),
};

}  // namespace keratin::kernels
