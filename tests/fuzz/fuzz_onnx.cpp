// ONNX: a file is a model that predicts, or a std::runtime_error.

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "keratin/utils.hpp"
#include "saving/onnx/import.hpp"

using namespace keratin;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const int file = memfd_create("fuzz", 0);
  constexpr std::size_t most_numbers = 1 << 14;  // of a sample that is worth the time
  utils::set_warning_handler([](std::string_view) {});
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  try {
    Sequential model = onnx::imported("/proc/self/fd/" + std::to_string(file));
    const Shape input = model.input_shape();
    if (input.elements() > most_numbers || model.output_shape().elements() > most_numbers) return 0;
    for (const auto& layer : model.layers())
      if (layer->class_name().find("Padding") != std::string::npos ||
          layer->class_name().find("Sampling") != std::string::npos)
        return 0;  // which may make much of little
    model.predict(Tensor::zeros(input.with_batch(2)), {.verbose = 0});
  } catch (const std::runtime_error&) {
  }
  return 0;
}
