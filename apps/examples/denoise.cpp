// Takes noise away from pictures: an autoencoder squeezes them through a narrow code, in which
// there is room for digits but not for noise.
//   denoise [EPOCHS [IMAGES]]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

namespace {

/// Batches of noisy pictures, with the clean ones, both from 0 to 1, as their targets.
Dataset with_noise(const ArrayView& images, std::uint64_t seed) {
  return Dataset::from_tensor_slices(images, images)
      .batch(128)
      .map([generator = random::Generator(seed)](Batch& batch) mutable {
        for (std::size_t i = 0; i < batch.x.size(); ++i) {
          batch.y.values()[i] /= 255;
          batch.x.values()[i] = batch.y.values()[i] + generator.normal(0, 0.5);
        }
      });
}

/// 20 log10(1 / root of the mean squared error): decibels, the more the better.
double quality(const Tensor& images, const Tensor& clean) {
  metrics::RootMeanSquaredError error;
  error.update_state(clean, images);
  return -20 * std::log10(error.result());
}

}  // namespace

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 5;
  const std::size_t images = argc > 2 ? std::stoul(argv[2]) : 60000;
  utils::set_random_seed(1);
  const auto [train, test] = datasets::mnist::load_data();

  const auto down = [](int filters) {
    return Conv2D(filters, 3, {.strides = 2, .padding = "same", .activation = "relu"});
  };
  const auto up = [](int filters, const char* activation) {
    return Conv2DTranspose(filters, 3, {.strides = 2, .padding = "same", .activation = activation});
  };
  Sequential model({Input({28, 28}), Reshape({28, 28, 1}), down(16), down(32), up(16, "relu"),
                    up(1, "sigmoid"), Reshape({28, 28})});
  model.compile(
      {.optimizer = optimizers::Adam({.learning_rate = 0.003}), .loss = "binary_crossentropy"});
  model.fit(with_noise(ArrayView(train.x).slice(0, images), 1), {.epochs = epochs, .verbose = 2});

  // One batch of pictures that the model has not seen.
  Batch unseen;
  with_noise(test.x, 2).iterator().next(unseen);
  const Tensor denoised = model.predict(unseen.x, {.verbose = 0});
  std::printf("Noise leaves pictures at %.1f dB, the autoencoder brings them to %.1f dB.\n",
              quality(unseen.x, unseen.y), quality(denoised, unseen.y));

  std::vector<float> rows;  // of ten pictures: clean, noisy, denoised
  for (const Tensor& pictures : {unseen.y, unseen.x, denoised})
    for (const float value : pictures.values().first(10 * 28 * 28))
      rows.push_back(std::clamp(value, 0.0f, 1.0f));
  if (plot::available())
    plot::images(ArrayView({30, 28, 28}, rows.data()), "denoise.png", {.columns = 10});
  else
    std::puts("No picture: there is no gnuplot.");
}
