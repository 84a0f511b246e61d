// Predicts with a saved model: the classes of pictures, or of rows of IDX, .npy and CSV files, with
// their probabilities.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <keratin/keratin.hpp>
#include <numeric>

using namespace keratin;

namespace {

struct Settings {
  std::string model;
  std::vector<std::string> files, classes;
  int top = 3, batch_size = 32;
  std::size_t rows = 0;
  double divide = 1;
  bool logits = false, invert = false, no_header = false;
};

bool ends_with(std::string name, const std::vector<std::string>& endings) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::any_of(endings.begin(), endings.end(),
                     [&](const std::string& ending) { return name.ends_with(ending); });
}

/// "a,b" -> {"a", "b"}; "" -> {}.
std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < names.size();) {
    const std::size_t end = std::min(names.find(',', start), names.size());
    parts.push_back(names.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

[[noreturn]] void refuse(const std::string& text) { throw std::runtime_error(text); }

/// A picture as a batch of one sample: (height, width) is grayscale, (height, width, channels) has
/// 1, 3 or 4, and so many pixels in a row are taken for a grayscale square.
Tensor read_picture(const std::string& path, const Shape& sample, bool invert) {
  const std::size_t side = static_cast<std::size_t>(std::lround(std::sqrt(sample.elements())));
  const bool square = sample.size() == 1 && side * side == sample.elements();
  const std::size_t channels = sample.size() == 3 ? sample.back() : 1;
  if (!square && sample.size() != 2 && sample.size() != 3)
    refuse(path + ": the model takes samples of shape " + to_string(sample) +
           ", which are no pictures");
  if (channels != 1 && channels != 3 && channels != 4)
    refuse(path + ": the model takes pictures of " + std::to_string(channels) +
           " channels, wanted 1, 3 or 4");
  const int height = static_cast<int>(square ? side : sample[0]);
  const int width = static_cast<int>(square ? side : sample[1]);
  Tensor image = utils::load_img(path, {.color_mode = channels == 1   ? "grayscale"
                                                      : channels == 3 ? "rgb"
                                                                      : "rgba",
                                        .target_size = utils::ImageSize(height, width),
                                        .interpolation = "bilinear"});
  constexpr float white = 255;
  if (invert)
    for (float& value : image.values()) value = white - value;
  return image.reshaped(sample.with_batch(1));
}

Tensor read_table(const std::string& path, bool header) {
  const Table table = Table::read_csv(path, {.header = header});
  Tensor values = table.numbers(table.columns());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isnan(values.values()[i]))
      refuse(path + ": row " + std::to_string(i / table.columns().size()) + " has no value in '" +
             table.columns()[i % table.columns().size()] + "'");
  return values;
}

/// The samples of a file, (rows, ...) as the model takes them.
Tensor read_samples(const std::string& path, const Shape& sample, const Settings& settings) {
  if (ends_with(path, {".png", ".jpg", ".jpeg"}))
    return read_picture(path, sample, settings.invert);
  ArrayView array;
  if (ends_with(path, {".csv"}))
    array = read_table(path, !settings.no_header);
  else if (ends_with(path, {".npy"}))
    array = datasets::load_npy(path);
  else
    array = datasets::load_idx(path);
  const bool is_one = array.shape() == sample;
  if (array.shape().empty() || (!is_one && array.row_size() != sample.elements()))
    refuse(path + ": has shape " + to_string(array.shape()) +
           ", the model takes samples of shape " + to_string(sample));
  std::size_t rows = array.rows();
  if (!is_one && settings.rows > 0) rows = std::min(rows, settings.rows);
  Tensor values;
  array.gather(0, rows, values);
  return values.reshaped(sample.with_batch(is_one ? 1 : rows));
}

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
std::string best_classes(const std::vector<double>& probabilities, const Settings& settings) {
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
bool print_outputs(const std::string& path, const Tensor& outputs, const Settings& settings) {
  const std::size_t size = outputs.shape().back();
  bool right = true;
  for (std::size_t row = 0; row < outputs.shape()[0]; ++row) {
    const auto values = outputs.values().subspan(row * size, size);
    const std::vector<double> probabilities = probabilities_of(values, settings.logits);
    right = right && !probabilities.empty();
    const std::string text =
        probabilities.empty()
            ? "outputs " + joined(values, [](float value) { return concat(value); })
            : best_classes(probabilities, settings);
    const std::string number = outputs.shape()[0] > 1 ? '[' + std::to_string(row) + ']' : "";
    std::printf("%s%s: %s\n", path.c_str(), number.c_str(), text.c_str());
  }
  return right;
}

void predict(const Settings& settings) {
  Sequential model = saving::load_model(settings.model, {.compile = false});
  const Shape sample = model.input_shape(), output = model.output_shape();
  if (output.size() != 1)
    refuse(settings.model + ": its outputs have shape " + to_string(output) +
           ", wanted one number for each class");
  const std::size_t classes = std::max<std::size_t>(output[0], 2);
  if (!settings.classes.empty() && settings.classes.size() != classes)
    refuse("--classes names " + std::to_string(settings.classes.size()) +
           " classes, the model has " + std::to_string(classes));
  bool right = true;
  for (const std::string& path : settings.files) {
    Tensor x = read_samples(path, sample, settings);
    const auto divisor = static_cast<float>(settings.divide);
    for (float& value : x.values()) value /= divisor;
    const Tensor outputs = model.predict(x, {.batch_size = settings.batch_size, .verbose = 0});
    right = print_outputs(path, outputs, settings) && right;
  }
  if (!right)
    std::fprintf(stderr, "predict: some outputs are no probabilities: --logits makes them so\n");
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  std::string names;
  CLI::App app(
      "Predicts with a model that was saved by keratin or Keras, and prints a line for each "
      "sample: "
      "the likeliest classes with their probabilities.");
  app.option_defaults()->always_capture_default();
  app.add_option("model", settings.model, "A .keras archive, or a legacy .h5 file")
      ->required()
      ->type_name("MODEL");
  app.add_option("files", settings.files,
                 "Pictures (.png, .jpg), which are resized to what the model takes, or rows of "
                 "samples: .npy, .csv (a column for each number) or IDX, plain or .gz")
      ->required()
      ->default_str("")
      ->type_name("FILE");
  app.add_option("--classes", names, "Names of the classes, such as cat,dog")->type_name("NAMES");
  app.add_option("--top", settings.top, "How many classes to print")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--rows", settings.rows, "Predict the first N rows of a file only (0: all)")
      ->type_name("N");
  app.add_option("--divide", settings.divide,
                 "Divide what is read by this, as the training did: often 255 for pictures")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber);
  app.add_option("--batch-size", settings.batch_size, "Samples at a time")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  app.add_flag("--invert", settings.invert,
               "Exchange black and white in pictures: MNIST's digits are white");
  app.add_flag("--logits", settings.logits,
               "The model has no softmax or sigmoid at its end: apply it");
  app.add_flag("--no-header", settings.no_header, "The first line of .csv files is a sample, too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    std::fprintf(stderr, "predict: %s (see --help)\n", error.what());
    return 1;
  }
  try {
    settings.classes = split(names);
    predict(settings);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "predict: %s\n", error.what());
    return 1;
  }
}
