// write_onnx_models FOLDER: for tests/python/check_onnx.py. For each model NAME.onnx, and as raw
// float32 NAME.x and NAME.y, a batch and what the model predicts of it.

#include <cstdio>
#include <fstream>
#include <keratin/onnx.hpp>

#include "support/onnx_models.hpp"

namespace {

void write(const std::string& path, const keratin::Tensor& values) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size() * sizeof(float)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  const std::string folder = std::string(argv[1]) + "/";
  for (auto& [name, model, x, _] : keratin::test::onnx_models()) {
    keratin::saving::export_onnx(model, folder + name + ".onnx");
    write(folder + name + ".x", x);
    write(folder + name + ".y", model.predict(x, {.verbose = 0}));
    std::puts(name.c_str());
  }
}
