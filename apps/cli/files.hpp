#pragma once
// The files that subcommands read: models, samples, labels.

#include <CLI/CLI.hpp>
#include <keratin/keratin.hpp>
#include <string>
#include <vector>

namespace keratin::cli {

/// Throws std::runtime_error, which ends the program with exit code 1.
[[noreturn]] void refuse(const std::string& text);

/// Whether a name has one of these endings, in lower or upper case.
bool ends_with(std::string name, const std::vector<std::string>& endings);

/// "a,b" -> {"a", "b"}; "" -> {}.
std::vector<std::string> split_names(const std::string& names);

/// A .keras archive, a legacy .h5 file, or an .onnx file, which has no compile arguments.
Sequential load_model(const std::string& path, bool compile);

/// The argument MODEL, a file for load_model().
void add_model(CLI::App& command, std::string& path);

/// How samples are read, and prepared for the model.
struct Reading {
  double divide = 1;       // what all numbers are divided by
  bool invert = false;     // exchange black and white
  bool no_header = false;  // the first line of a CSV file is a sample
  int batch_size = 32;
};
void add_reading_options(CLI::App& command, Reading& reading);
void prepare(Tensor& x, const Reading& reading);

/// An IDX or .npy file, or an array of an .npz archive: the only one, or that of this name.
Array read_array(const std::string& path, const std::string& name);

/// Columns of numbers without gaps, (rows, names.size()).
Tensor read_columns(const Table& table, const std::vector<std::string>& names,
                    const std::string& path);

/// `array` as rows of the shape that a model takes: one row if it is a single sample. Borrows what
/// `array` borrows.
ArrayView as_samples(const ArrayView& array, const Shape& sample, const std::string& path);

/// How a model takes pictures: (height, width) is grayscale, (height, width, channels) has 1, 3 or
/// 4, and so many pixels in a row are taken for a grayscale square. Throws if it takes none.
struct PictureFormat {
  utils::ImageSize size;
  std::string color_mode;
};
PictureFormat picture_format(const Shape& sample, const std::string& path);

/// The samples in a picture, .csv, .npy, .npz or IDX file.
ArrayView read_samples(const std::string& path, const Shape& sample, const Reading& reading);

}  // namespace keratin::cli
