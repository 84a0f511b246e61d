// Forecasts next year's number of sunspots by convolutions over the years before.
//   forecast [CSV [EPOCHS]]
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <keratin/keratin.hpp>
#include <keratin/plot.hpp>

using namespace keratin;
using namespace keratin::layers;

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "data/tables/sunspots.csv";
  const int epochs = argc > 2 ? std::atoi(argv[2]) : 60;
  const long window = 32, test_years = 50;
  utils::set_random_seed(1);

  const Table table = Table::read_csv(path);
  const Tensor years = table.numbers({"year"}), spots = table.numbers({"sunspots"});
  const long count = static_cast<long>(spots.size()), test_start = count - test_years - window;

  // A window of years, (32, 1), has the year after it as its target. The last ones are for the
  // test.
  const ArrayView targets = ArrayView(spots).slice(window, count - window);
  const Dataset train = utils::timeseries_dataset_from_array(
      spots, targets, window,
      {.batch_size = 16, .shuffle = true, .end_index = count - test_years - 1});
  const Dataset test =
      utils::timeseries_dataset_from_array(spots, targets, window, {.start_index = test_start});

  const auto convolution = [](int dilation) {
    return Conv1D(16, 3, {.padding = "causal", .dilation_rate = dilation, .activation = "relu"});
  };
  Sequential model({Input({window, 1}), Rescaling(0.01), convolution(1), convolution(2),
                    convolution(4), Flatten(), Dense(1), Rescaling(100)});
  model.compile({.optimizer = optimizers::Adam({.learning_rate = 0.001}), .loss = "mae"});
  model.fit(train, {.epochs = epochs, .verbose = 0});

  const Tensor forecast = model.predict(test, {.verbose = 0});
  double error = 0, as_before = 0, as_cycle = 0;
  plot::Curve seen{.name = "seen"}, forecasts{.name = "forecast a year before", .dashed = true};
  for (long year = count - test_years; year < count; ++year) {
    const float truth = spots.values()[year], guess = forecast.values()[year - count + test_years];
    error += std::abs(guess - truth) / test_years;
    as_before += std::abs(spots.values()[year - 1] - truth) / test_years;
    as_cycle += std::abs(spots.values()[year - 11] - truth) / test_years;
    seen.x.push_back(years.values()[year]);
    seen.y.push_back(truth);
    forecasts.y.push_back(guess);
  }
  forecasts.x = seen.x;
  std::printf(
      "Over %ld years the forecast is wrong by %.1f sunspots on average; \"as the year "
      "before\" by %.1f, \"as 11 years before\" by %.1f.\n",
      test_years, error, as_before, as_cycle);
  if (plot::available())
    plot::curve({seen, forecasts}, "forecast.svg", {.y_label = "sunspots"});
  else
    std::puts("No picture: there is no gnuplot.");
}
