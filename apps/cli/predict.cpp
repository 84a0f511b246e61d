// keratin predict: the likeliest classes of samples, or the numbers that a model gives for them.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>

#include "commands.hpp"
#include "files.hpp"
#include "progress.hpp"

namespace keratin::cli {

namespace {

struct Predict {
  std::string model, class_names;
  std::vector<std::string> files, classes;
  int top = 3;
  std::size_t rows = 0;
  bool logits = false, raw = false;
  Reading reading;
};

/// Probabilities of a row of outputs, or nothing if they are none: a softmax's outputs, or both of
/// a sigmoid's classes.
std::vector<double> probabilities_of(std::span<const float> outputs, bool logits) {
  std::vector<double> values(outputs.begin(), outputs.end());
  if (values.size() == 1) {
    const double one = logits ? 1 / (1 + std::exp(-values[0])) : values[0];
    if (!(one >= 0 && one <= 1)) return {};
    return {1 - one, one};
  }
  double sum = 0;
  const double largest = *std::max_element(values.begin(), values.end());
  for (double& value : values) {
    if (logits) value = std::exp(value - largest);
    sum += value;
  }
  if (logits)
    for (double& value : values) value /= sum;
  constexpr double tolerance = 1e-3;
  const bool right = std::all_of(values.begin(), values.end(),
                                 [](double value) { return value >= 0 && value <= 1; });
  return right && (logits || std::abs(sum - 1) < tolerance) ? values : std::vector<double>{};
}

/// "7 0.9981, 2 0.0011, 3 0.0004": the likeliest classes first.
std::string best_classes(const std::vector<double>& probabilities, const Predict& settings) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] > probabilities[b];
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(settings.top)));
  return joined(order, [&](std::size_t id) {
    char probability[16];
    std::snprintf(probability, sizeof probability, " %.4f", probabilities[id]);
    return (settings.classes.empty() ? std::to_string(id) : settings.classes[id]) + probability;
  });
}

/// Prints a line for each row. Returns false if the outputs are no probabilities.
bool print_classes(const std::string& path, const Tensor& outputs, const Predict& settings) {
  const std::size_t rows = outputs.shape()[0],
                    size = outputs.size() / std::max<std::size_t>(rows, 1);
  bool right = true;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto values = outputs.values().subspan(row * size, size);
    const std::vector<double> probabilities = probabilities_of(values, settings.logits);
    right = right && !probabilities.empty();
    const std::string text =
        probabilities.empty()
            ? "outputs " + joined(values, [](float value) { return concat(value); })
            : best_classes(probabilities, settings);
    const std::string number = rows > 1 ? '[' + std::to_string(row) + ']' : "";
    std::printf("%s%s: %s\n", path.c_str(), number.c_str(), text.c_str());
  }
  return right;
}

/// Prints the outputs of each row as a line of CSV, with as many digits as float32 has.
void print_numbers(const Tensor& outputs) {
  const std::size_t rows = outputs.shape()[0],
                    size = outputs.size() / std::max<std::size_t>(rows, 1);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    std::printf("%.9g%c", outputs.values()[i], i % size + 1 < size ? ',' : '\n');
}

void check_classes(const Predict& settings, const Shape& output) {
  if (output.size() != 1)
    refuse(settings.model + ": its outputs have shape " + to_string(output) +
           ", not one number for each class: --raw prints them");
  const std::size_t classes = std::max<std::size_t>(output[0], 2);
  if (!settings.classes.empty() && settings.classes.size() != classes)
    refuse("--classes names " + std::to_string(settings.classes.size()) +
           " classes, the model has " + std::to_string(classes));
}

void run(Predict& settings) {
  settings.classes = split_names(settings.class_names);
  Sequential model = load_model(settings.model, /*compile=*/false);
  if (!settings.raw) check_classes(settings, model.output_shape());
  bool right = true;
  for (const std::string& path : settings.files) {
    ArrayView samples = read_samples(path, model.input_shape(), settings.reading);
    if (settings.rows > 0) samples = samples.slice(0, std::min(settings.rows, samples.rows()));
    const Dataset batches = Dataset::from_tensor_slices(samples)
                                .batch(settings.reading.batch_size)
                                .map([&](Batch& batch) { prepare(batch.x, settings.reading); });
    const Tensor outputs = model.predict(batches, {.verbose = 0, .callbacks = {Progress()}});
    if (settings.raw)
      print_numbers(outputs);
    else
      right = print_classes(path, outputs, settings) && right;
  }
  if (!right)
    std::fprintf(stderr,
                 "keratin predict: some outputs are no probabilities: --logits makes them so, "
                 "--raw prints numbers only\n");
}

}  // namespace

void add_predict(CLI::App& app) {
  auto settings = std::make_shared<Predict>();
  CLI::App* command =
      app.add_subcommand("predict",
                         "Prints a line for each sample: the likeliest classes with their "
                         "probabilities, or the model's outputs.");
  command->footer(
      "Examples:\n"
      "  keratin predict digits.keras seven.png --invert --top 1\n"
      "  keratin predict irises.keras irises.csv --classes setosa,versicolor,virginica\n"
      "  keratin predict prices.keras houses.csv --raw > prices.csv");
  add_model(*command, settings->model);
  command
      ->add_option("files", settings->files,
                   "Pictures (.png, .jpg), which are resized to what the model takes, or rows of "
                   "samples: .npy, .npz (its array x, or its only one), .csv (a column for each "
                   "number) or IDX, plain or .gz")
      ->required()
      ->default_str("")
      ->type_name("FILE");
  command->add_option("--classes", settings->class_names, "Names of the classes, such as cat,dog")
      ->type_name("NAMES");
  command->add_option("--top", settings->top, "How many classes to print")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--rows", settings->rows, "Predict the first N rows of a file only (0: all)")
      ->type_name("N");
  command->add_flag("--logits", settings->logits,
                    "The model has no softmax or sigmoid at its end: apply it");
  command->add_flag("--raw", settings->raw,
                    "Print the model's outputs as numbers, a line of CSV for each sample");
  add_reading_options(*command, settings->reading);
  command->callback([settings] { run(*settings); });
}

}  // namespace keratin::cli
