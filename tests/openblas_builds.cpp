// The library with one of the builds of OpenBLAS, chosen by LD_LIBRARY_PATH: the core that it uses,
// and that the program's products and keratin's decompositions are right, the latter also in the
// child of a fork.
//
// openblas_builds pthread|openmp|serial    the build that is wanted; exit code 77 without it

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <keratin/keratin.hpp>
#include <string>
#include <string_view>

using namespace keratin;

extern "C" {
void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                 const float* a, int a_stride, const float* b, int b_stride, float beta, float* c,
                 int c_stride);
[[gnu::weak]] int openblas_get_parallel();
[[gnu::weak]] int openblas_get_num_threads();
[[gnu::weak]] char* openblas_get_corename();
}

namespace {

int failed = 0;

void expect(bool ok, const char* what) {
  if (ok) return;
  std::printf("wrong: %s\n", what);
  ++failed;
}

// The environment that this process was started with.
std::string environment_at_start() {
  std::ifstream file("/proc/self/environ");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string environment_now() {
  std::string text;
  for (char** entry = environ; *entry; ++entry) {
    text += *entry;
    text += '\0';
  }
  return text;
}

Tensor random_tensor(const Shape& shape, std::uint64_t seed) {
  Tensor x = Tensor::zeros(shape);
  random::Generator generator(seed);
  for (float& value : x.values()) value = generator.uniform(-1, 1);
  return x;
}

// The greatest difference between a product that the program computes by BLAS, on all threads that
// OpenBLAS has, and the same sums in double precision.
double error_of_product() {
  constexpr int row_major = 101, as_stored = 111;
  constexpr int m = 330, k = 300, n = 290;
  const Tensor a = random_tensor({m, k}, 1), b = random_tensor({k, n}, 2);
  Tensor c = Tensor::zeros({m, n});
  cblas_sgemm(row_major, as_stored, as_stored, m, n, k, 1, a.data(), k, b.data(), n, 0, c.data(),
              n);
  double worst = 0;
  for (int i = 0; i < m; ++i)
    for (int j = 0; j < n; ++j) {
      double sum = 0;
      for (int l = 0; l < k; ++l)
        sum += static_cast<double>(a.data()[i * k + l]) * b.data()[l * n + j];
      worst = std::max(worst, std::abs(sum - c.data()[i * n + j]));
    }
  return worst;
}

constexpr double most_error_of_decomposition = 2e-6;

// How far the columns of an Orthogonal kernel are from orthonormal.
double error_of_decomposition() {
  constexpr std::size_t rows = 200, columns = 70;
  const Tensor q = initializers::Orthogonal({.seed = 3})({rows, columns});
  double worst = 0;
  for (std::size_t i = 0; i < columns; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = i == j ? -1 : 0;
      for (std::size_t row = 0; row < rows; ++row)
        sum += static_cast<double>(q.data()[row * columns + i]) * q.data()[row * columns + j];
      worst = std::max(worst, std::abs(sum));
    }
  return worst;
}

// GNU's OpenMP has no threads for a child whose parent used some, so the program's own products on
// several threads would wait forever there. keratin's use of BLAS is on one thread.
bool decompositions_are_right_in_a_child() {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) _exit(error_of_decomposition() < most_error_of_decomposition ? 0 : 1);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Whether the core may be one for SSE: only by the user's wish or on an old processor.
void check_core(const utils::SystemInfo& info) {
  const char* const wish = std::getenv("OPENBLAS_CORETYPE");
  expect(info.blas_core == openblas_get_corename(), "the core is another one than is told");
  if (wish) {
    expect(info.blas_core_replaced.empty(), "the user's core was replaced");
    const bool known = std::string_view(wish) == "Haswell" || std::string_view(wish) == "Prescott";
    expect(!known || info.blas_core == wish, "the user's core is not used");
  } else if (info.usable_simd.front() == "avx512") {
    expect(info.blas_core == "SkylakeX" || info.blas_core == "Cooperlake" ||
               info.blas_core == "SapphireRapids",
           "the core is not one for AVX-512");
  } else if (info.usable_simd.front() == "avx2") {
    expect(info.blas_core == "Haswell" || info.blas_core == "Zen" || info.blas_core == "Excavator",
           "the core is not one for AVX2");
  }
}

}  // namespace

int main(int, char** argv) {
  const std::string_view wanted = argv[1];
  const int number = wanted == "openmp" ? 2 : wanted == "pthread" ? 1 : 0;
  if (!openblas_get_parallel || openblas_get_parallel() != number) {
    std::printf("skipped: the %s build of OpenBLAS is not installed\n", argv[1]);
    return 77;
  }
  expect(environment_now() == environment_at_start(), "the environment has changed at the start");
  std::string warnings;
  utils::set_warning_handler([&](std::string_view text) { warnings += text; });
  const int threads = openblas_get_num_threads();
  const utils::SystemInfo info = utils::system_info();
  check_core(info);
  expect(info.blas.starts_with("OpenBLAS ") && info.blas.find(info.blas_core) != info.blas.npos,
         "the configuration does not name the core");
  expect(info.blas_file.find(argv[1]) != info.blas_file.npos, "the library's file");
  expect(error_of_product() < 2e-5, "a product");
  expect(error_of_decomposition() < most_error_of_decomposition, "a decomposition");
  expect(decompositions_are_right_in_a_child(), "a decomposition in the child of a fork");
  expect(openblas_get_num_threads() == threads, "the program's number of threads");
  expect(environment_now() == environment_at_start(), "the environment has changed");
  expect(warnings.empty(), warnings.c_str());
  std::printf("%s\n%s\n", to_string(info).c_str(), failed ? "" : "all is as wanted");
  return failed > 0;
}
