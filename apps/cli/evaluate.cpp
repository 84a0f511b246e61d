// keratin evaluate: loss and metrics of a model on labelled data.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "files.hpp"
#include "progress.hpp"

namespace keratin::cli {

namespace {

struct Evaluate {
  std::string model, data, labels;
  std::string target, class_names;  // of a CSV file
  std::string loss, metrics;        // instead of the model's own
  Reading reading;
};

struct Samples {
  ArrayView x, y;
};

/// Whether the labels are class ids and the model compares one number for each class with them.
bool wants_one_hot(const Sequential& model, std::size_t label_size) {
  const Shape output = model.output_shape();
  const LossHandle loss = model.compile_options().loss;
  return label_size == 1 && output.size() == 1 && output[0] > 1 && loss &&
         !loss->name.starts_with("sparse_");
}

/// The id of each row's word in `names`.
Tensor class_ids(const Table& table, const std::string& column,
                 const std::vector<std::string>& names, const std::string& path) {
  const std::vector<std::string> words = table.strings(column);
  Tensor ids = Tensor::zeros({words.size()});
  for (std::size_t row = 0; row < words.size(); ++row) {
    const auto found = std::find(names.begin(), names.end(), words[row]);
    if (found == names.end())
      refuse(path + ": row " + std::to_string(row) + ", column '" + column + "': '" + words[row] +
             "' is none of --classes");
    ids.values()[row] = static_cast<float>(found - names.begin());
  }
  return ids;
}

/// A table whose last columns, or those of --target, are what is to be predicted.
Samples read_table(const Evaluate& settings, const Shape& sample) {
  const Table table = Table::read_csv(settings.data, {.header = !settings.reading.no_header});
  std::vector<std::string> targets = split_names(settings.target), inputs;
  if (targets.empty()) targets = {table.columns().back()};
  for (const std::string& name : table.columns())
    if (std::find(targets.begin(), targets.end(), name) == targets.end()) inputs.push_back(name);
  const std::vector<std::string> classes = split_names(settings.class_names);
  ArrayView y = classes.empty() ? read_columns(table, targets, settings.data)
                                : class_ids(table, targets.front(), classes, settings.data);
  return {as_samples(read_columns(table, inputs, settings.data), sample, settings.data),
          std::move(y)};
}

Samples read_arrays(const Evaluate& settings, const Shape& sample) {
  if (settings.labels.empty() && !ends_with(settings.data, {".npz"}))
    refuse(settings.data + ": LABELS are missing, the file that belongs to it");
  const std::string& labels = settings.labels.empty() ? settings.data : settings.labels;
  return {as_samples(read_array(settings.data, "x"), sample, settings.data),
          read_array(labels, "y")};
}

/// A folder with a subfolder of pictures for each class.
Dataset read_folder(const Evaluate& settings, const Sequential& model) {
  const Shape sample = model.input_shape();
  const PictureFormat format = picture_format(sample, settings.data);
  utils::ImageDatasetOptions options{.color_mode = format.color_mode,
                                     .batch_size = settings.reading.batch_size,
                                     .image_size = format.size,
                                     .shuffle = false,
                                     .verbose = false};
  if (model.output_shape().elements() == 1) options.label_mode = "binary";
  if (wants_one_hot(model, 1)) options.label_mode = "categorical";
  if (!settings.class_names.empty()) options.class_names = split_names(settings.class_names);
  return utils::image_dataset_from_directory(settings.data, options).map([sample](Batch& batch) {
    batch.x = batch.x.reshaped(sample.with_batch(batch.x.shape()[0]));
  });
}

Dataset read_data(const Evaluate& settings, const Sequential& model) {
  if (std::filesystem::is_directory(settings.data)) return read_folder(settings, model);
  const bool is_table = ends_with(settings.data, {".csv"});
  Samples samples = is_table ? read_table(settings, model.input_shape())
                             : read_arrays(settings, model.input_shape());
  if (wants_one_hot(model, samples.y.row_size()))
    samples.y = utils::to_categorical(samples.y, model.output_shape()[0]);
  return Dataset::from_tensor_slices(samples.x, samples.y).batch(settings.reading.batch_size);
}

void run(const Evaluate& settings) {
  Sequential model = load_model(settings.model, /*compile=*/settings.loss.empty());
  if (!settings.loss.empty()) {
    Config::List metrics;
    for (const std::string& name : split_names(settings.metrics)) metrics.emplace_back(name);
    model.compile({.loss = settings.loss, .metrics = MetricChoices::from_config(metrics)});
  }
  if (!model.compiled())
    refuse(settings.model + ": names no loss: --loss does, such as --loss mse --metrics mae");
  const Dataset data =
      read_data(settings, model).map([&](Batch& batch) { prepare(batch.x, settings.reading); });
  const Logs logs = model.evaluate(data, {.verbose = 0, .callbacks = {Progress()}});
  for (const auto& [name, value] : logs) std::printf("%s: %.6g\n", name.c_str(), value);
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto settings = std::make_shared<Evaluate>();
  CLI::App* command = app.add_subcommand(
      "evaluate", "Prints a model's loss and metrics on labelled data, one a line.");
  command->footer(
      "Examples:\n"
      "  keratin evaluate digits.keras t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz\n"
      "  keratin evaluate prices.keras houses.csv --target price\n"
      "  keratin evaluate irises.keras irises.csv --classes setosa,versicolor,virginica\n"
      "  keratin evaluate cats.keras photos/ --divide 255\n"
      "  keratin evaluate net.onnx test.npz --loss mse --metrics mae,r2_score");
  add_model(*command, settings->model);
  command
      ->add_option("data", settings->data,
                   "A .csv file with the targets in its last column, an .npz file with arrays x "
                   "and y, a folder with a subfolder of pictures for each class, or a .npy or IDX "
                   "file, to which LABELS belong")
      ->required()
      ->type_name("DATA");
  command->add_option("labels", settings->labels, "A .npy or IDX file, plain or .gz")
      ->type_name("LABELS");
  command
      ->add_option("--target", settings->target,
                   "The columns of a .csv file that are to be predicted, such as price")
      ->type_name("NAMES");
  command
      ->add_option("--classes", settings->class_names,
                   "Names of the classes by their ids, for a target column of words, or the order "
                   "of the subfolders")
      ->type_name("NAMES");
  command
      ->add_option("--loss", settings->loss,
                   "A loss by its Keras name, instead of what the model was compiled with")
      ->type_name("NAME");
  command->add_option("--metrics", settings->metrics, "Metrics by their Keras names, with --loss")
      ->type_name("NAMES")
      ->needs("--loss");
  add_reading_options(*command, settings->reading);
  command->callback([settings] { run(*settings); });
}

}  // namespace keratin::cli
