// The published MNIST epoch in ggml's ggml_opt_fit: mnist_ggml threads epochs folder
// On its BLAS backend with the CPU backend behind, the fastest that ggml has here: the CPU backend
// alone takes 1.6 times as long.

#include <ggml-backend.h>
#include <ggml-blas.h>
#include <ggml-cpu.h>
#include <ggml-opt.h>
#include <zlib.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

extern "C" int openblas_get_parallel();  // 2: on OpenMP

namespace {

// ggml wants a batch that divides the data, here both halves: 250, where the others take 256. The
// physical batch is the logical one: no gradients to accumulate.
const int64_t batch = 250;
// Rows that are shuffled and copied together, as many as in ggml's own MNIST example: one by one
// takes about 5 % longer.
const int64_t shard = 10;

std::vector<unsigned char> read(const std::string& path, long header) {
  std::vector<unsigned char> bytes(60000 * 784 + 16);
  const gzFile file = gzopen(path.c_str(), "rb");
  const int count = file ? gzread(file, bytes.data(), static_cast<unsigned>(bytes.size())) : 0;
  if (count <= header) std::fprintf(stderr, "can not read %s\n", path.c_str()), std::exit(1);
  gzclose(file);
  return {bytes.begin() + header, bytes.begin() + count};
}

/// A half of MNIST as ggml's cross entropy takes it: pixels 0..255 and one-hot labels, all float.
ggml_opt_dataset_t mnist(const std::string& half) {
  const auto pixels = read(half + "-images-idx3-ubyte.gz", 16),
             labels = read(half + "-labels-idx1-ubyte.gz", 8);
  const auto rows = static_cast<int64_t>(labels.size());
  const ggml_opt_dataset_t data =
      ggml_opt_dataset_init(GGML_TYPE_F32, GGML_TYPE_F32, 784, 10, rows, shard);
  float *x = ggml_get_data_f32(ggml_opt_dataset_data(data)),
        *y = ggml_get_data_f32(ggml_opt_dataset_labels(data));
  for (size_t i = 0; i < pixels.size(); ++i) x[i] = pixels[i];
  for (size_t i = 0; i < labels.size() * 10; ++i) y[i] = labels[i / 10] == i % 10;
  return data;
}

void glorot_uniform(ggml_tensor* kernel, std::mt19937& random) {
  const float limit = std::sqrt(6.0F / static_cast<float>(kernel->ne[0] + kernel->ne[1]));
  std::uniform_real_distribution<float> uniform(-limit, limit);
  for (int64_t i = 0; i < ggml_nelements(kernel); ++i)
    ggml_get_data_f32(kernel)[i] = uniform(random);
}

using Clock = std::chrono::steady_clock;
std::vector<Clock::time_point> starts;

/// ggml_opt_fit calls this before every step, and tells here alone that an epoch has begun.
ggml_opt_optimizer_params adam(void* epoch) {
  if (*static_cast<int64_t*>(epoch) > static_cast<int64_t>(starts.size()))
    starts.push_back(Clock::now());
  ggml_opt_optimizer_params params = ggml_opt_get_default_optimizer_params(nullptr);
  params.adamw = {1e-3F, 0.9F, 0.999F, 1e-7F, 0};
  return params;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: %s threads epochs folder\n", argv[0]), 1;
  const int threads = std::atoi(argv[1]), epochs = std::atoi(argv[2]);
  const ggml_opt_dataset_t train = mnist(std::string(argv[3]) + "/train"),
                           test = mnist(std::string(argv[3]) + "/t10k");

  ggml_backend_t backends[] = {ggml_backend_blas_init(), ggml_backend_cpu_init()};
  // An OpenBLAS with a thread pool of its own is left at one thread: its pool and ggml's spin
  // against each other, in three times the time.
  ggml_backend_blas_set_n_threads(backends[0], openblas_get_parallel() == 2 ? threads : 1);
  ggml_backend_cpu_set_n_threads(backends[1], threads);
  const ggml_backend_sched_t scheduler =
      ggml_backend_sched_new(backends, nullptr, 2, GGML_DEFAULT_GRAPH_SIZE, false, false);

  ggml_context* kept = ggml_init({8 * ggml_tensor_overhead(), nullptr, true});
  ggml_tensor* x = ggml_new_tensor_2d(kept, GGML_TYPE_F32, 784, batch);
  ggml_tensor* kernels[] = {ggml_new_tensor_2d(kept, GGML_TYPE_F32, 784, 84),
                            ggml_new_tensor_2d(kept, GGML_TYPE_F32, 84, 10)};
  ggml_tensor* biases[] = {ggml_new_tensor_1d(kept, GGML_TYPE_F32, 84),
                           ggml_new_tensor_1d(kept, GGML_TYPE_F32, 10)};
  ggml_backend_alloc_ctx_tensors(kept, backends[1]);
  std::mt19937 random(1);
  for (int i : {0, 1}) {
    glorot_uniform(kernels[i], random);
    ggml_set_zero(biases[i]);
    ggml_set_param(kernels[i]);
    ggml_set_param(biases[i]);
  }
  const size_t graph = ggml_graph_overhead_custom(
      GGML_DEFAULT_GRAPH_SIZE, true);  // forward, gradients, step; and the test's
  ggml_context* steps = ggml_init({256 * ggml_tensor_overhead() + 4 * graph, nullptr, true});
  ggml_tensor* hidden =
      ggml_relu(steps, ggml_add(steps, ggml_mul_mat(steps, kernels[0], x), biases[0]));
  ggml_tensor* logits = ggml_add(steps, ggml_mul_mat(steps, kernels[1], hidden), biases[1]);

  const auto loss = GGML_OPT_LOSS_TYPE_CROSS_ENTROPY;
  ggml_opt_fit(scheduler, steps, x, logits, train, loss, GGML_OPT_OPTIMIZER_TYPE_ADAMW, adam,
               epochs, batch, 0, true);
  starts.push_back(Clock::now());
  for (size_t i = 0; i + 1 < starts.size(); ++i)
    std::printf("ggml threads=%d seconds=%.4f\n", threads,
                std::chrono::duration<double>(starts[i + 1] - starts[i]).count());

  ggml_opt_params evaluation = ggml_opt_default_params(scheduler, loss);
  evaluation.ctx_compute = steps, evaluation.inputs = x, evaluation.outputs = logits,
  evaluation.build_type = GGML_OPT_BUILD_TYPE_FORWARD;
  const ggml_opt_result_t result = ggml_opt_result_init();
  ggml_opt_epoch(ggml_opt_init(evaluation), test, nullptr, result, 0, nullptr, nullptr);
  double accuracy = 0;
  ggml_opt_result_accuracy(result, &accuracy, nullptr);
  std::printf("ggml threads=%d val_acc=%.4f\n", threads, accuracy);
}
