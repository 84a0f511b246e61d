// Predicts how far a car goes on a gallon from a table with gaps and words.
//   regression [CSV [EPOCHS]]
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "data/tables/cars.csv";
  const int epochs = argc > 2 ? std::atoi(argv[2]) : 300;
  utils::set_random_seed(1);

  // Rows without a target or a number are left out; the words become one column each.
  const std::vector<std::string> numbers = {"cylinders", "displacement", "horsepower",
                                            "weight",    "acceleration", "year"};
  const Table table = Table::read_csv(path).drop_missing();
  const Categories origins = table.categories("origin");
  const Tensor x = ops::concatenate(
      {table.numbers(numbers), utils::to_categorical(origins.ids, origins.names.size())});
  const auto split = utils::train_test_split(x, table.numbers({"mpg"}), {.seed = 1});

  Normalization normalization;  // mean 0 and variance 1 for each column
  normalization.adapt(split.x_train);
  Sequential model({Input({x.shape().back()}), std::move(normalization), Dense(32, "relu"),
                    Dense(32, "relu"), Dense(1)});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.01}),
                 .loss = "mse",
                 .metrics = {"mae", "r2_score"}});
  callbacks::EarlyStopping early({.patience = 30, .restore_best_weights = true});
  const History history =
      model.fit(split.x_train, split.y_train,
                {.epochs = epochs, .verbose = 0, .callbacks = {&early}, .validation_split = 0.2});

  const Logs logs = model.evaluate(split.x_test, split.y_test, {.verbose = 0});
  std::printf(
      "After %zu epochs, for %zu cars it has not seen: wrong by %.1f miles per gallon on "
      "average, R2 %.3f.\n",
      history.epoch.size(), split.x_test.shape()[0], logs["mae"], logs["r2_score"]);

  const Tensor predicted = model.predict(split.x_test, {.verbose = 0});
  plot::Curve cars{.name = "cars", .line = false};
  cars.x.assign(split.y_test.values().begin(), split.y_test.values().end());
  cars.y.assign(predicted.values().begin(), predicted.values().end());
  if (plot::available())
    plot::curve({cars, {.name = "right", .x = {10, 45}, .y = {10, 45}, .dashed = true}},
                "regression.svg", {.x_label = "miles per gallon", .y_label = "predicted"});
  else
    std::puts("No picture: there is no gnuplot.");
}
