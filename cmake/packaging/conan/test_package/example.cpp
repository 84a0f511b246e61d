// Trains until a net of two layers computes XOR.

#include <cstdio>
#include <keratin/keratin.hpp>

using namespace keratin;
using namespace keratin::layers;

int main() {
  utils::set_random_seed(1);
  Sequential model({Input({2}), Dense(8, "tanh"), Dense(1, "sigmoid")});
  model.compile(
      {.optimizer = optimizers::Adam({.learning_rate = 0.05}), .loss = "binary_crossentropy"});
  const Tensor x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const Tensor y = {{0}, {1}, {1}, {0}};
  model.fit(x, y, {.epochs = 200, .verbose = 0});
  const double loss = model.evaluate(x, y, {.verbose = 0})["loss"];
  std::printf("keratin %s, loss %.3f\n", KERATIN_VERSION, loss);
  return loss < 0.1 ? 0 : 1;
}
