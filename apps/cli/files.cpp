#include "files.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace keratin::cli {

void refuse(const std::string& text) { throw std::runtime_error(text); }

bool ends_with(std::string name, const std::vector<std::string>& endings) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::any_of(endings.begin(), endings.end(),
                     [&](const std::string& ending) { return name.ends_with(ending); });
}

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < names.size();) {
    const std::size_t end = std::min(names.find(',', start), names.size());
    parts.push_back(names.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

Sequential load_model(const std::string& path, bool compile) {
  if (ends_with(path, {".onnx"})) return saving::load_onnx(path);
  return saving::load_model(path, {.compile = compile});
}

Array read_array(const std::string& path, const std::string& name) {
  if (ends_with(path, {".npy"})) return datasets::load_npy(path);
  if (!ends_with(path, {".npz"})) return datasets::load_idx(path);
  std::map<std::string, Array> arrays = datasets::load_npz(path);
  if (arrays.size() == 1) return std::move(arrays.begin()->second);
  const auto found = arrays.find(name);
  if (found == arrays.end())
    refuse(path + ": has no array '" + name + "', but " +
           joined(arrays, [](const auto& array) { return "'" + array.first + "'"; }));
  return std::move(found->second);
}

Tensor read_columns(const Table& table, const std::vector<std::string>& names,
                    const std::string& path) {
  Tensor values = table.numbers(names);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (std::isnan(values.values()[i]))
      refuse(path + ": row " + std::to_string(i / names.size()) + " has no value in '" +
             names[i % names.size()] + "'");
  return values;
}

ArrayView as_samples(const ArrayView& array, const Shape& sample, const std::string& path) {
  if (array.shape() == sample) {
    Tensor one;
    array.gather(0, array.rows(), one);
    return one.reshaped(sample.with_batch(1));
  }
  if (array.shape().empty() || array.row_size() != sample.elements())
    refuse(path + ": has shape " + to_string(array.shape()) +
           ", the model takes samples of shape " + to_string(sample));
  return array.with_row_shape(sample);
}

PictureFormat picture_format(const Shape& sample, const std::string& path) {
  const std::size_t side = static_cast<std::size_t>(std::lround(std::sqrt(sample.elements())));
  const bool square = sample.size() == 1 && side * side == sample.elements();
  if (!square && sample.size() != 2 && sample.size() != 3)
    refuse(path + ": the model takes samples of shape " + to_string(sample) +
           ", which are no pictures");
  const std::size_t channels = sample.size() == 3 ? sample.back() : 1;
  if (channels != 1 && channels != 3 && channels != 4)
    refuse(path + ": the model takes pictures of " + std::to_string(channels) +
           " channels, wanted 1, 3 or 4");
  const int height = static_cast<int>(square ? side : sample[0]);
  const int width = static_cast<int>(square ? side : sample[1]);
  return {{height, width}, channels == 1 ? "grayscale" : channels == 3 ? "rgb" : "rgba"};
}

ArrayView read_samples(const std::string& path, const Shape& sample, const Reading& reading) {
  if (ends_with(path, {".png", ".jpg", ".jpeg"})) {
    const PictureFormat format = picture_format(sample, path);
    const Tensor image = utils::load_img(
        path,
        {.color_mode = format.color_mode, .target_size = format.size, .interpolation = "bilinear"});
    return image.reshaped(sample.with_batch(1));
  }
  if (ends_with(path, {".csv"})) {
    const Table table = Table::read_csv(path, {.header = !reading.no_header});
    return as_samples(read_columns(table, table.columns(), path), sample, path);
  }
  return as_samples(read_array(path, "x"), sample, path);
}

void prepare(Tensor& x, const Reading& reading) {
  constexpr float white = 255;
  const auto divisor = static_cast<float>(reading.divide);
  for (float& value : x.values()) {
    if (reading.invert) value = white - value;
    value /= divisor;
  }
}

void add_model(CLI::App& command, std::string& path) {
  command.add_option("model", path, "A .keras, .h5 or .onnx file")->required()->type_name("MODEL");
}

void add_reading_options(CLI::App& command, Reading& reading) {
  command
      .add_option("--divide", reading.divide,
                  "Divide what is read by this, as the training did: often 255 for pictures")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber);
  command.add_flag("--invert", reading.invert,
                   "Exchange black and white in pictures: MNIST's digits are white");
  command.add_flag("--no-header", reading.no_header,
                   "The first line of .csv files is a sample, too");
  command.add_option("--batch-size", reading.batch_size, "Samples at a time")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
}

}  // namespace keratin::cli
