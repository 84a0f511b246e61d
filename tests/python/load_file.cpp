// load_file FILE: loads a model, weights or an array, whichever the file's name promises. Prints
// what the library says against it and exits with 1, or exits with 0 if it loads. The memory that
// this takes, in MiB, comes last, for check_hostile.py.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <keratin/keratin.hpp>

using namespace keratin;
using namespace keratin::layers;

namespace {

long most_memory() {
  rusage own{}, children{};
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &children);
  return std::max(own.ru_maxrss, children.ru_maxrss) / 1024;
}

void load(const std::string& path) {
  if (path.ends_with(".weights.h5") || path.ends_with(".safetensors")) {
    Sequential model({Input({4}), Dense(3, DenseOptions{.activation = "relu", .name = "a"}),
                      Dense(2, DenseOptions{.name = "b"})});
    model.load_weights(path, {.finite_only = true});
  } else if (path.ends_with(".npy")) {
    datasets::load_npy(path);
  } else if (path.ends_with(".onnx")) {
    saving::load_onnx(path);
  } else {
    saving::load_model(path, {.finite_only = true});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const long before = most_memory();
  int result = 0;
  try {
    load(argv[1]);
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    result = 1;
  }
  std::printf("%ld\n", most_memory() - before);
  return result;
}
