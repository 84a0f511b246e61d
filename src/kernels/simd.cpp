// Compiled once per instruction set, each time with KERATIN_ARCH naming xsimd's and KERATIN_TABLE the table to define.
// Everything is a template on the instruction set or local to this file, so that no function compiled for a newer machine
// can be linked in the place of one for an older.

#include "kernels/simd.hpp"

#include <algorithm>
#include <limits>

#include "kernels/simd_tables.hpp"

namespace keratin::kernels {

namespace {

using Batch = xsimd::batch<float, KERATIN_ARCH>;
constexpr std::size_t width = Batch::size;

Batch load(const float* x) { return Batch::load_unaligned(x); }

// Rest of a row shorter than a batch: padded, so that its values come out of the same instructions as the others.
Batch load_some(const float* x, std::size_t n, float padding) {
  alignas(64) float lanes[width];
  for (std::size_t i = 0; i < width; ++i) lanes[i] = i < n ? x[i] : padding;
  return Batch::load_aligned(lanes);
}

void store_some(Batch value, float* y, std::size_t n) {
  alignas(64) float lanes[width];
  value.store_aligned(lanes);
  for (std::size_t i = 0; i < n; ++i) y[i] = lanes[i];
}

// y[i] = f(inputs[i]...) or y[i] += f(inputs[i]...). All is loaded before f: so the compiler fuses the same multiplications and
// additions for whole batches as for the rest.
template <bool keep, class F, class... In>
void each(std::size_t n, float* y, const F& f, const In*... in) {
  std::size_t i = 0;
  if constexpr (keep) {
    const auto add = [&f](Batch old, auto... x) { return old + f(x...); };
    for (; i + width <= n; i += width) add(load(y + i), load(in + i)...).store_unaligned(y + i);
    if (i < n) store_some(add(load_some(y + i, n - i, 0), load_some(in + i, n - i, 1)...), y + i, n - i);
  } else {
    for (; i + width <= n; i += width) f(load(in + i)...).store_unaligned(y + i);
    if (i < n) store_some(f(load_some(in + i, n - i, 1)...), y + i, n - i);
  }
}

template <class F> struct MapOf {
  static void map(const float* x, float* y, std::size_t n, float p, float q) {
    each<false>(n, y, [p, q](Batch x) { return F::value(x, Batch(p), Batch(q)); }, x);
  }
  static void slope(const float* x, const float* y, const float* dy, float* dx, std::size_t n, float p, float q, bool keep) {
    const auto f = [p, q](Batch x, Batch y, Batch dy) { return F::slope(x, y, dy, Batch(p), Batch(q)); };
    keep ? each<true>(n, dx, f, x, y, dy) : each<false>(n, dx, f, x, y, dy);
  }
};

template <class F> struct Map2Of {
  static void map(const float* a, const float* b, float* y, std::size_t n) {
    each<false>(n, y, [](Batch a, Batch b) { return F::value(a, b); }, a, b);
  }
  static void slope_a(const float* a, const float* b, const float* y, const float* dy, float* d, std::size_t n, bool keep) {
    const auto f = [](Batch a, Batch b, Batch y, Batch dy) { return F::slope_a(a, b, y, dy); };
    keep ? each<true>(n, d, f, a, b, y, dy) : each<false>(n, d, f, a, b, y, dy);
  }
  static void slope_b(const float* a, const float* b, const float* y, const float* dy, float* d, std::size_t n, bool keep) {
    const auto f = [](Batch a, Batch b, Batch y, Batch dy) { return F::slope_b(a, b, y, dy); };
    keep ? each<true>(n, d, f, a, b, y, dy) : each<false>(n, d, f, a, b, y, dy);
  }
};

template <class List> struct Tables;
template <class... F> struct Tables<std::tuple<F...>> {
  static constexpr std::array<Simd::Map, sizeof...(F)> map() { return {&MapOf<F>::map...}; }
  static constexpr std::array<Simd::MapSlope, sizeof...(F)> map_slope() { return {&MapOf<F>::slope...}; }
  static constexpr std::array<Simd::Map2, sizeof...(F)> map2() { return {&Map2Of<F>::map...}; }
  static constexpr std::array<Simd::Map2Slope, sizeof...(F)> slope_a() { return {&Map2Of<F>::slope_a...}; }
  static constexpr std::array<Simd::Map2Slope, sizeof...(F)> slope_b() { return {&Map2Of<F>::slope_b...}; }
};

void add(const float* x, float* y, std::size_t n) { each<true>(n, y, [](Batch x) { return x; }, x); }

void from_uint8(const std::uint8_t* x, float* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(x[i]);
}

// Lanes are added in float over short runs, runs in double: exact enough for any length, and fast.
double sum(const float* x, std::size_t n) {
  if (n < width) {   // a short row: a chain of additions, which the processor overlaps with the next row's
    float total = 0;
    for (std::size_t i = 0; i < n; ++i) total += x[i];
    return static_cast<double>(total);
  }
  constexpr std::size_t run = 64 * width;
  double total = 0;
  for (std::size_t first = 0; first < n; first += run) {
    const std::size_t end = std::min(n, first + run);
    Batch lanes(0.0f);
    std::size_t i = first;
    for (; i + width <= end; i += width) lanes += load(x + i);
    if (i < end) lanes += load_some(x + i, end - i, 0);
    total += static_cast<double>(xsimd::hadd(lanes));
  }
  return total;
}

// row(first) + ... + row(first + rows - 1), many rows by halves: the error stays that of a few hundred additions.
template <class Row>
auto sum_of_rows(const Row& row, std::size_t first, std::size_t rows) -> decltype(row(first)) {
  if (rows > 256) return sum_of_rows(row, first, rows / 2) + sum_of_rows(row, first + rows / 2, rows - rows / 2);
  auto total = row(first);
  for (std::size_t i = 1; i < rows; ++i) total += row(first + i);
  return total;
}

void column_sums(const float* x, std::size_t rows, std::size_t columns, std::size_t stride, float* out, bool keep) {
  if (rows == 0) {
    if (!keep) std::fill_n(out, columns, 0.0f);
    return;
  }
  std::size_t j = 0;
  for (; j + width <= columns; j += width) {
    const Batch total = sum_of_rows([&](std::size_t i) { return load(x + i * stride + j); }, 0, rows);
    (keep ? load(out + j) + total : total).store_unaligned(out + j);
  }
  for (; j < columns; ++j) {
    const float total = sum_of_rows([&](std::size_t i) { return x[i * stride + j]; }, 0, rows);
    out[j] = keep ? out[j] + total : total;
  }
}

struct Identity {
  static Batch value(Batch x, Batch, Batch) { return x; }
};

template <class F>
void epilogue(float* y, const float* bias, std::size_t rows, std::size_t columns, std::size_t stride) {
  const auto activate = [](Batch x) { return F::value(x, x, x); };
  for (std::size_t i = 0; i < rows; ++i, y += stride) {
    if (bias) each<false>(columns, y, [&](Batch x, Batch b) { return activate(x + b); }, y, bias);
    else each<false>(columns, y, activate, y);
  }
}

float maximum(const float* x, std::size_t n) {
  float best = -std::numeric_limits<float>::infinity();
  std::size_t i = 0;
  if (n >= width) {
    Batch lanes = load(x);
    for (i = width; i + width <= n; i += width) lanes = xsimd::max(lanes, load(x + i));
    alignas(64) float each_lane[width];
    lanes.store_aligned(each_lane);
    for (float lane : each_lane) best = lane > best ? lane : best;
  }
  for (; i < n; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

// Narrow rows are taken many at a time, so that exp runs over full batches.
constexpr std::size_t block = 2048;
std::size_t rows_at_a_time(std::size_t columns) { return std::max<std::size_t>(1, block / std::max<std::size_t>(1, columns)); }

void subtract_maximum(const float* x, float* y, std::size_t rows, std::size_t columns) {
  for (std::size_t i = 0; i < rows; ++i, x += columns, y += columns) {
    const float top = maximum(x, columns);
    for (std::size_t j = 0; j < columns; ++j) y[j] = x[j] - top;
  }
}

void softmax(const float* x, float* y, std::size_t rows, std::size_t columns) {
  const std::size_t step = rows_at_a_time(columns);
  for (std::size_t first = 0; first < rows; first += step) {
    const std::size_t count = std::min(step, rows - first);
    float* out = y + first * columns;
    subtract_maximum(x + first * columns, out, count, columns);
    MapOf<functions::Exp>::map(out, out, count * columns, 0, 0);
    for (std::size_t i = 0; i < count; ++i, out += columns) {
      const float scale = 1 / static_cast<float>(sum(out, columns));
      for (std::size_t j = 0; j < columns; ++j) out[j] *= scale;
    }
  }
}

// sum of e^x over each run of `columns`, at most `block` values at a time
float sum_of_exp(const float* x, std::size_t n) {
  float e[block];
  double total = 0;
  for (std::size_t first = 0; first < n; first += block) {
    const std::size_t count = std::min(block, n - first);
    MapOf<functions::Exp>::map(x + first, e, count, 0, 0);
    total += sum(e, count);
  }
  return static_cast<float>(total);
}

void log_softmax(const float* x, float* y, std::size_t rows, std::size_t columns) {
  const std::size_t step = rows_at_a_time(columns);
  float e[block], log_total[block];
  for (std::size_t first = 0; first < rows; first += step) {
    const std::size_t count = std::min(step, rows - first);
    float* out = y + first * columns;
    subtract_maximum(x + first * columns, out, count, columns);
    if (columns <= block) MapOf<functions::Exp>::map(out, e, count * columns, 0, 0);
    for (std::size_t i = 0; i < count; ++i)
      log_total[i] = columns <= block ? static_cast<float>(sum(e + i * columns, columns)) : sum_of_exp(out + i * columns, columns);
    MapOf<functions::Log>::map(log_total, log_total, count, 0, 0);
    for (std::size_t i = 0; i < count; ++i, out += columns)
      for (std::size_t j = 0; j < columns; ++j) out[j] -= log_total[i];
  }
}

void softmax_slope(const float* y, const float* dy, float* dx, std::size_t rows, std::size_t columns, bool keep) {
  for (std::size_t i = 0; i < rows; ++i, y += columns, dy += columns, dx += columns) {
    float dot = 0;
    for (std::size_t j = 0; j < columns; ++j) dot += y[j] * dy[j];
    for (std::size_t j = 0; j < columns; ++j) dx[j] = (keep ? dx[j] : 0) + y[j] * (dy[j] - dot);
  }
}

void log_softmax_slope(const float* y, const float* dy, float* dx, std::size_t rows, std::size_t columns, bool keep) {
  float e[block];
  for (std::size_t i = 0; i < rows; ++i, y += columns, dy += columns, dx += columns) {
    const float total = static_cast<float>(sum(dy, columns));
    for (std::size_t first = 0; first < columns; first += block) {
      const std::size_t count = std::min(block, columns - first);
      MapOf<functions::Exp>::map(y + first, e, count, 0, 0);
      for (std::size_t j = 0; j < count; ++j)
        dx[first + j] = (keep ? dx[first + j] : 0) + dy[first + j] - e[j] * total;
    }
  }
}

// A run of columns of c, one batch type wide, `batches` of them side by side: b is read once for all.
template <class B, std::size_t batches, class Coefficient>
void product_columns(const Coefficient& coefficient, const float* b, float* out, std::size_t& j, std::size_t n, std::size_t k, bool keep) {
  for (; j + batches * B::size <= n; j += batches * B::size) {
    B total[batches];
    for (std::size_t t = 0; t < batches; ++t) total[t] = keep ? B::load_unaligned(out + j + t * B::size) : B(0.0f);
    for (std::size_t l = 0; l < k; ++l) {
      const B factor(coefficient(l));
      for (std::size_t t = 0; t < batches; ++t) total[t] = xsimd::fma(factor, B::load_unaligned(b + l * n + j + t * B::size), total[t]);
    }
    for (std::size_t t = 0; t < batches; ++t) total[t].store_unaligned(out + j + t * B::size);
  }
}

// The batches for what is left of a row: half and a quarter as wide, down to four lanes.
template <std::size_t lanes> using Narrow = xsimd::make_sized_batch_t<float, lanes>;

template <class Coefficient>
void product_row(const Coefficient& coefficient, const float* b, float* out, std::size_t n, std::size_t k, bool keep) {
  std::size_t j = 0;
  product_columns<Batch, 6>(coefficient, b, out, j, n, k, keep);
  product_columns<Batch, 1>(coefficient, b, out, j, n, k, keep);
  if constexpr (width > 8) product_columns<Narrow<8>, 1>(coefficient, b, out, j, n, k, keep);
  if constexpr (width > 4) product_columns<Narrow<4>, 1>(coefficient, b, out, j, n, k, keep);
  for (; j < n; ++j) {
    float total = keep ? out[j] : 0;
    for (std::size_t l = 0; l < k; ++l) total += coefficient(l) * b[l * n + j];
    out[j] = total;
  }
}

void product_nn(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k, bool keep) {
  for (std::size_t i = 0; i < m; ++i) product_row([=](std::size_t l) { return a[i * k + l]; }, b, c + i * n, n, k, keep);
}

void product_tn(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k, bool keep) {
  for (std::size_t i = 0; i < m; ++i) product_row([=](std::size_t l) { return a[l * m + i]; }, b, c + i * n, n, k, keep);
}

template <class B> float dot_run(const float* left, const float* right, std::size_t& l, std::size_t k) {
  if (l + B::size > k) return 0;
  B lanes(0.0f);
  for (; l + B::size <= k; l += B::size) lanes = xsimd::fma(B::load_unaligned(left + l), B::load_unaligned(right + l), lanes);
  return xsimd::hadd(lanes);
}

float dot(const float* left, const float* right, std::size_t k) {
  std::size_t l = 0;
  float total = dot_run<Batch>(left, right, l, k);
  if constexpr (width > 8) total += dot_run<Narrow<8>>(left, right, l, k);
  if constexpr (width > 4) total += dot_run<Narrow<4>>(left, right, l, k);
  for (; l < k; ++l) total += left[l] * right[l];
  return total;
}

void product_nt(const float* a, const float* b, float* c, std::size_t m, std::size_t n, std::size_t k, bool keep) {
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) c[i * n + j] = (keep ? c[i * n + j] : 0) + dot(a + i * k, b + j * k, k);
}

void sgd(float* w, float* velocity, const float* g, std::size_t n, float learning_rate, float momentum, bool nesterov) {
  for (std::size_t i = 0; i < n; ++i) {
    if (!velocity) {
      w[i] -= learning_rate * g[i];
    } else {
      velocity[i] = velocity[i] * momentum - learning_rate * g[i];
      w[i] += nesterov ? momentum * velocity[i] - learning_rate * g[i] : velocity[i];
    }
  }
}

void adam(float* w, float* m, float* v, const float* g, std::size_t n, AdamStep step) {
  const auto update = [&](Batch w, Batch& m, Batch& v, Batch g) {
    m += (g - m) * Batch(step.rate_1);
    v += (g * g - v) * Batch(step.rate_2);
    return w - m * Batch(step.learning_rate) / (xsimd::sqrt(v) + Batch(step.epsilon));
  };
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    Batch mi = load(m + i), vi = load(v + i);
    update(load(w + i), mi, vi, load(g + i)).store_unaligned(w + i);
    mi.store_unaligned(m + i);
    vi.store_unaligned(v + i);
  }
  if (i < n) {
    Batch mi = load_some(m + i, n - i, 0), vi = load_some(v + i, n - i, 0);
    store_some(update(load_some(w + i, n - i, 0), mi, vi, load_some(g + i, n - i, 0)), w + i, n - i);
    store_some(mi, m + i, n - i);
    store_some(vi, v + i, n - i);
  }
}

}  // namespace

const Simd KERATIN_TABLE = {
    .name = KERATIN_ARCH::name(),
    .map = Tables<Unary>::map(),
    .map_slope = Tables<Unary>::map_slope(),
    .map2 = Tables<Binary>::map2(),
    .map2_slope_a = Tables<Binary>::slope_a(),
    .map2_slope_b = Tables<Binary>::slope_b(),
    .compare = Tables<Compare>::map2(),
    .add = add,
    .from_uint8 = from_uint8,
    .sum = sum,
    .column_sums = column_sums,
    .epilogue = {epilogue<Identity>, epilogue<functions::Relu>, epilogue<functions::Tanh>},
    .softmax = softmax,
    .log_softmax = log_softmax,
    .softmax_slope = softmax_slope,
    .log_softmax_slope = log_softmax_slope,
    .product_nn = product_nn,
    .product_nt = product_nt,
    .product_tn = product_tn,
    .sgd = sgd,
    .adam = adam,
};

}  // namespace keratin::kernels
