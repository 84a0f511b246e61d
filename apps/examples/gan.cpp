// Draws digits that nobody wrote: a generator learns to deceive a discriminator, which learns to
// tell its pictures from real ones. Two optimizers, so the training step is written here.
//   gan [EPOCHS [IMAGES]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

namespace {
constexpr std::size_t code_size = 32;

/// The layers are the discriminator's: one logit, above 0 for "real".
struct Gan : Sequential {
  Gan()
      : Sequential({Input({28, 28}), Rescaling(1.0 / 255), Flatten(), Dense(128), LeakyReLU(),
                    Dropout(0.3), Dense(64), LeakyReLU(), Dense(1)}) {}

  Logs train_step(const Batch& batch) override {
    const Tensor code = codes(batch.x.shape()[0]);
    tape().begin(/*recording=*/false);
    const Tensor drawn = generator.call(tape().constant(code), true).value();

    tape().begin();
    const Node real = call(tape().constant(batch.x), true);
    const Node fake = call(tape().constant(drawn), true);
    const Node loss = ops::mean(ops::softplus(-real)) + ops::mean(ops::softplus(fake));
    tape().backward(loss);
    optimizer().apply(trainable_variables());
    const float discriminator_loss = loss.value().item();

    tape().begin();
    const Node judged = call(generator.call(tape().constant(code), true), true);
    const Node generator_loss = ops::mean(ops::softplus(-judged));
    tape().backward(generator_loss);
    generator_optimizer.apply(generator.trainable_variables());
    Logs logs;
    logs["discriminator_loss"] = discriminator_loss;
    logs["generator_loss"] = generator_loss.value().item();
    return logs;
  }

  Tensor codes(std::size_t count) {
    Tensor codes = Tensor::uninitialized({count, code_size});
    for (float& value : codes.values()) value = random.normal(0, 1);
    return codes;
  }

  Sequential generator{
      Input({code_size}),   Dense(128),  BatchNormalization(),  LeakyReLU(),    Dense(256),
      BatchNormalization(), LeakyReLU(), Dense(784, "sigmoid"), Rescaling(255), Reshape({28, 28})};
  optimizers::Adam generator_optimizer{{.learning_rate = 2e-4, .beta_1 = 0.5}};
  random::Generator random{1};
};

}  // namespace

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 15;
  const std::size_t images = argc > 2 ? std::stoul(argv[2]) : 60000;
  utils::set_random_seed(1);
  const auto [train, test] = datasets::mnist::load_data();
  Gan gan;
  gan.compile({.optimizer = optimizers::Adam({.learning_rate = 2e-4, .beta_1 = 0.5})});
  gan.fit(ArrayView(train.x).slice(0, images), {},
          {.batch_size = 128, .epochs = epochs, .verbose = 2});

  const Tensor drawn = gan.generator.predict_on_batch(gan.codes(1000));
  const Tensor logits = gan.predict_on_batch(drawn);
  const auto real = std::ranges::count_if(logits.values(), [](float logit) { return logit > 0; });
  std::printf("The discriminator takes %ld of 1000 drawn digits for real.\n", real);
  if (plot::available())
    plot::images(ArrayView(drawn).slice(0, 60), "gan.png", {.columns = 12});
  else
    std::puts("No picture: there is no gnuplot.");
}
