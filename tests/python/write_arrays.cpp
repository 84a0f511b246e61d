// write_arrays FOLDER: leaves model.safetensors and arrays.npz there for check_arrays.py.
#include <keratin/keratin.hpp>

using namespace keratin;
using namespace keratin::layers;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string folder = std::string(argv[1]) + '/';
  Sequential model(
      {Input({3}), Dense({.units = 2, .name = "dense"}), BatchNormalization({.name = "norm"})},
      {.name = "small"});
  model.compile({.optimizer = "adam", .loss = "mse"});
  const Tensor x = {{0, 1, 2}, {3, 5, 4}}, y = {{0, 1}, {1, 0}};
  for (int i = 0; i < 3; ++i) model.train_on_batch(x, y);
  model.save_weights(folder + "model.safetensors");

  const std::int64_t scalar = -7;
  const std::int32_t integers[] = {-1, 2};
  NamedArrays arrays = {{"bytes", std::vector<std::uint8_t>{1, 255}},
                        {"integers", ArrayView({2, 1}, integers)},
                        {"scalar", ArrayView({}, &scalar)},
                        {"doubles", std::vector<double>{0.1}},
                        {"none", std::vector<float>{}}};
  for (const Variable* variable : model.variables())
    arrays.emplace_back(variable->path, variable->value);
  saving::save_npz(folder + "arrays.npz", arrays);
}
