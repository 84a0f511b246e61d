#pragma once
// Pictures from files, and a folder of them as a Dataset.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "keratin/dataset.hpp"

namespace KERATIN_API keratin {
namespace utils {

/// Height and width in pixels; one number for both: `.image_size = {180, 240}` or `180`.
struct ImageSize {
  ImageSize(int side) : height(side), width(side) {}
  ImageSize(int image_height, int image_width) : height(image_height), width(image_width) {}
  int height, width;
};

struct LoadImgOptions {
  std::string color_mode = "rgb";             // "grayscale" (1 channel), "rgb" (3), "rgba" (4)
  std::optional<ImageSize> target_size = {};  // the file's own unless given
  std::string interpolation = "nearest";      // as in ImageDatasetOptions
  bool keep_aspect_ratio = false;             // cut off what does not fit, instead of distorting
};

/// A PNG or JPEG file, of shape (height, width, channels) with values from 0 to 255. Throws as
/// reading an ImageDataset does.
Tensor load_img(const std::string& path, const LoadImgOptions& options = {});

/// "inferred" from the names of subfolders, "none", or a class id for each file in the order of
/// their paths.
using ImageLabels = std::variant<std::string, std::vector<int>>;

struct ImageDatasetOptions {
  ImageLabels labels = "inferred";
  /// "int": y is a class id (batch,); "categorical": one-hot (batch, classes); "binary": 0 or 1
  /// (batch, 1), of two classes; "none": no y.
  std::string label_mode = "int";
  /// The subfolders to read, in the order of their ids. Without it all, sorted.
  std::optional<std::vector<std::string>> class_names = {};
  std::string color_mode = "rgb";      // "grayscale" (1 channel), "rgb" (3), "rgba" (4)
  std::optional<int> batch_size = 32;  // nothing: single samples
  ImageSize image_size = 256;
  bool shuffle = true;  // false: in the order of their paths
  std::optional<std::uint64_t> seed = {};
  std::optional<double> validation_split = {};  // the fraction of files for validation
  std::string subset = "";                      // "training" or "validation", with it
  /// "bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian" or
  /// "mitchellcubic", without antialiasing, as in Keras.
  std::string interpolation = "bilinear";
  bool follow_links = false;
  bool crop_to_aspect_ratio = false;  // cut off what does not fit, instead of distorting
  bool pad_to_aspect_ratio = false;   // add black borders, instead of distorting
  bool verbose = true;                // print how many files and classes there are
};

/// A Dataset that knows its classes and files.
class ImageDataset : public Dataset {
 public:
  ImageDataset(Dataset data, std::vector<std::string> classes, std::vector<std::string> paths)
      : Dataset(std::move(data)), class_names(std::move(classes)), file_paths(std::move(paths)) {}

  std::vector<std::string> class_names;  // by id; empty without labels
  std::vector<std::string> file_paths;
};

/// The PNG and JPEG files in a folder: with inferred labels those in its subfolders, at any depth,
/// each subfolder being a class. x has shape (batch, height, width, channels) with values from 0 to
/// 255. Pictures are read when their batch is made, several at once, and resized; add prefetch() to
/// read ahead of training, or cache() to keep them in memory.
///
/// As in Keras, except that the random order is keratin's own. With validation_split and shuffle, a
/// seed is needed, so that training and validation share no files. Throws std::invalid_argument for
/// wrong options, std::runtime_error for a folder without pictures or with .bmp or .gif files, and
/// when keratin was built without libpng or libjpeg and a file needs it. While reading: for files
/// that are damaged, or of more than 89 million pixels.
ImageDataset image_dataset_from_directory(const std::string& directory,
                                          const ImageDatasetOptions& options = {});

/// Training and validation set at once: Keras's subset="both".
std::pair<ImageDataset, ImageDataset> image_datasets_from_directory(
    const std::string& directory, const ImageDatasetOptions& options);

}  // namespace utils
}  // namespace keratin
