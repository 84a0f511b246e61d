// Tells kinds of clothing apart, on pictures that are mirrored and shifted at random while
// training, which ends when it no longer helps. The data are in Debian's package
// dataset-fashion-mnist.
//   fashion [EPOCHS [IMAGES]]
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 15;
  const std::size_t images = argc > 2 ? std::stoul(argv[2]) : 60000;
  utils::set_random_seed(1);
  const auto [train, test] = datasets::fashion_mnist::load_data();
  const ArrayView x = ArrayView(train.x).slice(0, images), y = ArrayView(train.y).slice(0, images);

  Sequential model({Input({28, 28}), Reshape({28, 28, 1}), Rescaling(1.0 / 255),
                    RandomFlip("horizontal"), RandomTranslation(0.05, 0.05),
                    Conv2D(16, 3, {.activation = "relu"}), MaxPooling2D(2), BatchNormalization(),
                    Conv2D(32, 3, {.activation = "relu"}), MaxPooling2D(2), BatchNormalization(),
                    Flatten(), Dropout(0.4), Dense(64, "relu"), Dense(10, "softmax")});
  model.compile(
      {.optimizer = "adam", .loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
  callbacks::ReduceLROnPlateau reduce({.factor = 0.3, .patience = 1});
  callbacks::EarlyStopping early({.patience = 3, .restore_best_weights = true});
  const History history = model.fit(x, y,
                                    {.batch_size = 128,
                                     .epochs = epochs,
                                     .verbose = 2,
                                     .callbacks = {&reduce, &early},
                                     .validation_split = 0.1});

  const Logs logs = model.evaluate(test.x, test.y, {.verbose = 0});
  std::printf("After %zu epochs the best weights tell %.1f %% of the test pictures right.\n",
              history.epoch.size(), 100 * logs["accuracy"]);

  metrics::ConfusionMatrix confusion;
  Tensor labels;
  ArrayView(test.y).gather(0, test.y.shape()[0], labels);
  confusion.update_state(labels, model.predict(test.x, {.verbose = 0}));
  const std::vector<std::string> names = {"T-shirt", "trouser", "pullover", "dress", "coat",
                                          "sandal",  "shirt",   "sneaker",  "bag",   "boot"};
  if (plot::available())
    plot::confusion_matrix(confusion.matrix(), "fashion.svg", {.class_names = names});
  else
    std::puts("No picture: there is no gnuplot.");
}
