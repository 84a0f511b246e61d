// Reads handwritten digits with a convolutional net.
//   convnet [EPOCHS [IMAGES]]
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 6;
  const std::size_t images = argc > 2 ? std::stoul(argv[2]) : 60000;
  const long batch_size = 128, steps = epochs * static_cast<long>(images / batch_size + 1);
  utils::set_random_seed(1);
  const auto [train, test] = datasets::mnist::load_data();

  // Pictures are moved a little at random while training.
  Sequential model(
      {Input({28, 28}), Reshape({28, 28, 1}), Rescaling(1.0 / 255), RandomTranslation(0.07, 0.07)});
  for (const int filters : {16, 32, 64}) {
    model.add(Conv2D(filters, 3, {.use_bias = false}));
    model.add(BatchNormalization());
    model.add(ReLU());
    if (filters < 64) model.add(MaxPooling2D(2));
  }
  model.add(Flatten());
  model.add(Dropout(0.3));
  model.add(Dense(10, "softmax"));
  model.summary();

  const optimizers::schedules::CosineDecay rate(
      {.initial_learning_rate = 4e-3, .decay_steps = steps});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = rate}),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
  const History history =
      model.fit(ArrayView(train.x).slice(0, images), ArrayView(train.y).slice(0, images),
                {.batch_size = batch_size,
                 .epochs = epochs,
                 .verbose = 2,
                 .validation_data = {test.x, test.y}});

  std::printf("%.2f %% of the test digits are read right.\n", 100 * history["val_accuracy"].back());
  if (plot::available())
    plot::history(history, "convnet.svg");
  else
    std::puts("No picture: there is no gnuplot.");
}
