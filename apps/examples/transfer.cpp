// Transfer learning: what a net has learned of the digits 0 to 4 helps it to tell 5 to 9 apart
// after a few examples.
//   transfer [EPOCHS [EXAMPLES]]
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

namespace {

/// The first `count` samples with labels from `first` to `first + 4`, and those labels from 0 on.
Batch digits_from(int first, const datasets::Split& data, std::size_t count) {
  std::vector<std::uint32_t> rows;
  const auto labels = data.y.values<std::uint8_t>();
  for (std::uint32_t row = 0; row < labels.size() && rows.size() < count; ++row)
    if (labels[row] >= first && labels[row] < first + 5) rows.push_back(row);
  Batch digits;
  ArrayView(data.x).gather(rows, digits.x);
  ArrayView(data.y).gather(rows, digits.y);
  for (float& label : digits.y.values()) label -= static_cast<float>(first);
  return digits;
}

std::shared_ptr<Sequential> make_base() {
  return std::make_shared<Sequential>(
      Sequential({Input({28, 28}), Reshape({28, 28, 1}), Rescaling(1.0 / 255),
                  Conv2D(16, 3, {.activation = "relu"}), MaxPooling2D(2),
                  Conv2D(32, 3, {.activation = "relu"}), MaxPooling2D(2),
                  Conv2D(64, 3, {.activation = "relu"}), Flatten()}));
}

void compile(Sequential& model, double learning_rate) {
  model.compile({.optimizer = optimizers::Adam({.learning_rate = learning_rate}),
                 .loss = "sparse_categorical_crossentropy",
                 .metrics = {"accuracy"}});
}

}  // namespace

int main(int argc, char** argv) {
  const int epochs = argc > 1 ? std::atoi(argv[1]) : 30;
  const std::size_t examples = argc > 2 ? std::stoul(argv[2]) : 50;
  utils::set_random_seed(1);
  const auto [train, test] = datasets::mnist::load_data();
  const Batch many = digits_from(0, train, 1000 * examples);
  const Batch few = digits_from(5, train, examples);
  const Batch unseen = digits_from(5, test, 10000);
  std::vector<plot::Curve> curves;
  const auto learn = [&](const char* name, Sequential& model, double rate) {
    compile(model, rate);
    const History history = model.fit(few.x, few.y,
                                      {.batch_size = 10,
                                       .epochs = epochs,
                                       .verbose = 0,
                                       .validation_data = {unseen.x, unseen.y}});
    curves.push_back({.name = name, .y = history["val_accuracy"]});
    for (const int epoch : history.epoch) curves.back().x.push_back(epoch + 1);
    std::printf("%.1f %% right %s\n", 100 * history["val_accuracy"].back(), name);
  };
  Sequential from_scratch({make_base(), Dense(5, "softmax")});
  learn("from scratch", from_scratch, 1e-3);
  const std::shared_ptr<Sequential> base = make_base();
  Sequential low({base, Dense(5, "softmax")});
  compile(low, 1e-3);
  low.fit(many.x, many.y, {.batch_size = 128, .epochs = 3, .verbose = 0});

  base->trainable = false;  // a new head on what is there
  Sequential high({base, Dense(5, "softmax")});
  learn("with a new head on what was learned of 0 to 4", high, 3e-3);
  base->trainable = true;  // then all of it, in small steps
  learn("after tuning all of that", high, 1e-4);
  if (plot::available())
    plot::curve(curves, "transfer.svg", {.x_label = "epoch", .y_label = "test accuracy"});
  else
    std::puts("No picture: there is no gnuplot.");
}
