// Warns of frost in the coming night. Frost is rare, so classes are weighted, and the probability
// at which to warn is chosen on validation data.
//   frost [CSV [EPOCHS]]
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "data/tables/seattle_weather.csv";
  const int epochs = argc > 2 ? std::atoi(argv[2]) : 200;
  utils::set_random_seed(1);

  // The weather of a day, and whether the minimum of the day after it is below zero.
  const Tensor weather =
      Table::read_csv(path).numbers({"temp_min", "temp_max", "precipitation", "wind"});
  const std::size_t days = weather.shape()[0] - 1;
  std::vector<float> frost;
  for (std::size_t day = 1; day <= days; ++day) frost.push_back(weather.values()[4 * day] < 0);

  // Two years to train, one to validate, one to test: never a day before those it was trained on.
  const std::size_t year = 365, train = 2 * year, rest = days - 3 * year;
  const ArrayView x(weather), y({days, 1}, frost.data());
  const ArrayView train_x = x.slice(0, train), train_y = y.slice(0, train);
  const ArrayView valid_x = x.slice(train, year), test_x = x.slice(3 * year, rest);
  const ArrayView valid_y = y.slice(train, year), test_y = y.slice(3 * year, rest);

  Normalization normalization;
  normalization.adapt(train_x);
  Sequential model({Input({4}), std::move(normalization), Dense(16, "relu"), Dense(1, "sigmoid")});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.003}),
                 .loss = "binary_crossentropy",
                 .metrics = {metrics::AUC({.name = "auc"})}});
  callbacks::EarlyStopping early(
      {.monitor = "val_auc", .patience = 30, .restore_best_weights = true});
  model.fit(train_x, train_y,
            {.epochs = epochs,
             .verbose = 0,
             .callbacks = {&early},
             .validation_data = {valid_x, valid_y},
             .class_weight = utils::compute_class_weight(train_y)});

  // Warn where precision and recall balance: at the largest F1 score of the validation year.
  const auto evaluate = [&](double threshold, const ArrayView& inputs, const ArrayView& targets) {
    model.compile({.loss = "binary_crossentropy",
                   .metrics = {metrics::AUC({.name = "auc"}),
                               metrics::Precision({.thresholds = threshold, .name = "precision"}),
                               metrics::Recall({.thresholds = threshold, .name = "recall"})}});
    return model.evaluate(inputs, targets, {.verbose = 0});
  };
  plot::Curve precision{.name = "precision"}, recall{.name = "recall"};
  double best = 0.5, best_f1 = 0;
  for (double threshold = 0.02; threshold < 1; threshold += 0.02) {
    const Logs logs = evaluate(threshold, valid_x, valid_y);
    const double p = logs["precision"], r = logs["recall"], f1 = 2 * p * r / (p + r);
    if (f1 > best_f1) {
      best_f1 = f1;
      best = threshold;
    }
    precision.x.push_back(threshold);
    precision.y.push_back(p);
    recall.y.push_back(r);
  }
  recall.x = precision.x;
  for (const double threshold : {0.5, best}) {
    const Logs logs = evaluate(threshold, test_x, test_y);
    std::printf(
        "Warning above a probability of %.2f: %.0f %% of the warnings are right, %.0f %% of "
        "the frosts are found (AUC %.3f).\n",
        threshold, 100 * logs["precision"], 100 * logs["recall"], logs["auc"]);
  }
  if (plot::available())
    plot::curve({precision, recall}, "frost.svg", {.x_label = "probability to warn at"});
  else
    std::puts("No picture: there is no gnuplot.");
}
