#pragma once
// The model of the callbacks' recorded runs.

#include <string>
#include <utility>
#include <vector>

#include "keratin/keratin.hpp"

namespace keratin::test {

/// `small_net` of record_callbacks.py.
struct SmallNet {
  Sequential model = make();
  Tensor x = Tensor::zeros({10, 3}), y = Tensor::zeros({10, 1});

  explicit SmallNet(optimizers::SGD optimizer) {
    model.compile({.optimizer = optimizer, .loss = "mse", .metrics = {"mae"}});
    std::vector<Tensor> weights = model.get_weights();
    for (Tensor& weight : weights)
      for (std::size_t i = 0; i < weight.size(); ++i)
        weight.data()[i] = static_cast<float>(i % 11) / 8 - 0.5f;
    model.set_weights(weights);
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i) / 32;
    for (std::size_t i = 0; i < y.size(); ++i) y.data()[i] = x.data()[3 * i] * 2;
  }
  History fit(int epochs, const Callbacks& callbacks) {
    const ArrayView rows = ArrayView(x).slice(0, 6), targets = ArrayView(y).slice(0, 6);
    return model.fit(x, y,
                     {.batch_size = 4,
                      .epochs = epochs,
                      .verbose = 0,
                      .callbacks = callbacks,
                      .validation_data = {rows, targets},
                      .shuffle = false});
  }
  static Sequential make() {
    using namespace layers;
    Sequential base({Input({3}), Dense(4, {.activation = "tanh", .name = "hidden"})},
                    {.name = "base"});
    Sequential net({Input({3}), std::move(base), Dense(1, DenseOptions{.name = "out"})},
                   {.name = "net"});
    return net;
  }
};

}  // namespace keratin::test
