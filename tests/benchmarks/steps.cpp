// Steps and ops one by one: google-benchmark's options apply (--benchmark_filter=tiny,
// --benchmark_repetitions=5, ...). KERATIN_NUM_THREADS says how many threads.

#include <benchmark/benchmark.h>

#include <cmath>
#include <keratin/keratin.hpp>

extern "C" void cblas_sgemm(int, int, int, int, int, int, float, const float*, int, const float*,
                            int, float, float*, int);

using namespace keratin;
using namespace keratin::layers;

namespace {

Tensor waves(const Shape& shape) {
  Tensor tensor = Tensor::uninitialized(shape);
  for (std::size_t i = 0; i < tensor.size(); ++i)
    tensor.values()[i] = std::sin(0.1f * static_cast<float>(i % 10007));
  return tensor;
}

Tensor labels(std::size_t rows) {
  Tensor tensor = Tensor::uninitialized({rows});
  for (std::size_t i = 0; i < rows; ++i) tensor.values()[i] = static_cast<float>(i % 10);
  return tensor;
}

void count_gflops(benchmark::State& state, double multiply_adds) {
  const double all = 2 * multiply_adds * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(all * 1e-9, benchmark::Counter::kIsRate);
}

// A whole training step of a tiny net: Input 4, Dense 8 tanh, Dense 1, batch 32, Adam, mse.
void tiny_step(benchmark::State& state) {
  Sequential model({Input({4}), Dense(8, "tanh"), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Batch batch{waves({32, 4}), waves({32, 1}), {}};
  for (auto _ : state) model.train_step(batch);
}
BENCHMARK(tiny_step)->Unit(benchmark::kMicrosecond);

// The same through train_on_batch, which checks and gathers its rows.
void tiny_train_on_batch(benchmark::State& state) {
  Sequential model({Input({4}), Dense(8, "tanh"), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Tensor x = waves({32, 4}), y = waves({32, 1});
  for (auto _ : state) model.train_on_batch(x, y);
}
BENCHMARK(tiny_train_on_batch)->Unit(benchmark::kMicrosecond);

// The same inside fit: 100 steps an epoch.
void tiny_fit(benchmark::State& state) {
  Sequential model({Input({4}), Dense(8, "tanh"), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Tensor x = waves({3200, 4}), y = waves({3200, 1});
  for (auto _ : state) model.fit(x, y, {.batch_size = 32, .verbose = 0});
  const double steps = static_cast<double>(state.iterations()) * 100;
  state.counters["us_a_step"] =
      benchmark::Counter(steps * 1e-6, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(tiny_fit)->Unit(benchmark::kMicrosecond);

void predict_one_row(benchmark::State& state) {
  Sequential model({Input({28, 28}), Flatten(), Dense(84, "relu"), Dense(10, "softmax")});
  const Tensor x = waves({1, 28, 28});
  for (auto _ : state) benchmark::DoNotOptimize(model.predict_on_batch(x));
}
BENCHMARK(predict_one_row)->Unit(benchmark::kMicrosecond);

// A step of 784-units-units-10 in GFLOP/s of its products alone, beside bare sgemm on as many
// threads: see bare_sgemm.
void wide_step(benchmark::State& state) {
  const auto units = static_cast<int>(state.range(0));
  const auto rows = static_cast<std::size_t>(state.range(1));
  Sequential model(
      {Input({784}), Dense(units, "relu"), Dense(units, "relu"), Dense(10, "softmax")});
  model.compile({.optimizer = "adam", .loss = "sparse_categorical_crossentropy"});
  const Batch batch{waves({rows, 784}), labels(rows), {}};
  for (auto _ : state) model.train_step(batch);
  const double n = units, forward = 784 * n + n * n + n * 10, backward = forward + n * n + n * 10;
  count_gflops(state, static_cast<double>(rows) * (forward + backward));
}
BENCHMARK(wide_step)
    ->Args({84, 256})
    ->Args({512, 128})
    ->Args({2048, 512})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void bare_sgemm(benchmark::State& state) {
  const int n = 2048;
  const Tensor a = waves({2048, 2048}), b = waves({2048, 2048});
  Tensor c = Tensor::zeros({2048, 2048});
  utils::num_threads();  // keratin keeps BLAS to one thread
  for (auto _ : state)
    cblas_sgemm(101, 111, 111, n, n, n, 1, a.data(), n, b.data(), n, 0, c.data(), n);
  count_gflops(state, static_cast<double>(n) * n * n);
}
BENCHMARK(bare_sgemm)->Unit(benchmark::kMillisecond)->UseRealTime()->ThreadRange(1, 2);

// (256, 784) times (784, units) and the weight gradient, `percent` of the first's values being
// other than 0, scattered.
void product(benchmark::State& state) {
  const auto units = static_cast<std::size_t>(state.range(0)),
             percent = static_cast<std::size_t>(state.range(1));
  Tensor x = waves({256, 784});
  for (std::size_t i = 0; i < x.size(); ++i)
    x.values()[i] = i * 2654435761u % 4294967296u < percent * 42949673u ? x.values()[i] + 2 : 0;
  const Tensor kernel = waves({784, units});
  GradientTape tape;
  for (auto _ : state) {
    tape.begin();
    tape.backward(ops::matmul(tape.constant(x), tape.watch(kernel)));
  }
}
BENCHMARK(product)
    ->ArgsProduct({{32, 84, 512}, {2, 10, 20, 30, 40, 50, 100}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

template <Node (*op)(Node)>
void elementwise(benchmark::State& state) {
  const Tensor x = waves({256, 512});
  GradientTape tape;
  for (auto _ : state) {
    tape.begin();
    tape.backward(op(tape.watch(x)));
  }
}
BENCHMARK(elementwise<ops::relu>)->Unit(benchmark::kMicrosecond);
BENCHMARK(elementwise<ops::tanh>)->Unit(benchmark::kMicrosecond);
BENCHMARK(elementwise<ops::sigmoid>)->Unit(benchmark::kMicrosecond);
BENCHMARK(elementwise<ops::exp>)->Unit(benchmark::kMicrosecond);

}  // namespace
