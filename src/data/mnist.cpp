#include <cstdlib>
#include <filesystem>
#include <future>
#include <span>

#include "data/data_folders.hpp"
#include "keratin/check.hpp"
#include "keratin/datasets.hpp"

namespace keratin::datasets {

namespace {

// The path of the file of that name in `dir`, gzipped or not, or "" if there is none.
std::string find(const std::string& dir, const std::string& name) {
  std::string dotted = name;
  dotted.replace(dotted.rfind("-idx"), 1, ".");  // some programs unpack to train-images.idx3-ubyte
  for (const std::string& spelled : {name, dotted})
    for (const char* ending : {".gz", ""}) {
      const std::filesystem::path path = std::filesystem::path(dir) / (spelled + ending);
      std::error_code error;
      if (std::filesystem::exists(path, error)) return path.string();
    }
  return "";
}

Array load(const char* where, const std::string& dir, const std::string& name) {
  const std::string path = find(dir, name);
  check<std::runtime_error>(!path.empty(), where, "there is no ", name, " or ", name, ".gz in ",
                            dir);
  return load_idx(path);
}

void check_labels(const char* where, const std::string& dir, const char* which,
                  std::span<const std::uint8_t> labels) {
  for (std::size_t row = 0; row < labels.size(); ++row)
    check<std::runtime_error>(labels[row] <= 9, where, dir, ": ", which, " label ", row, " is ",
                              int{labels[row]}, ", wanted 0 to 9");
}

Split checked(const char* where, const std::string& dir, const char* which, Array x, Array y) {
  const auto is_uint8 = [](const Array& array, std::size_t rank) {
    return array.dtype() == DType::uint8 && array.shape().size() == rank;
  };
  check<std::runtime_error>(is_uint8(x, 3), where, dir, ": ", which, " images are ",
                            to_string(x.dtype()), " of shape ", x.shape(),
                            ", wanted uint8 (rows, height, width)");
  check<std::runtime_error>(is_uint8(y, 1), where, dir, ": ", which, " labels are ",
                            to_string(y.dtype()), " of shape ", y.shape(),
                            ", wanted uint8 (rows,)");
  check<std::runtime_error>(x.shape()[0] == y.shape()[0], where, dir, ": ", x.shape()[0], " ",
                            which, " images but ", y.shape()[0], " labels");
  check_labels(where, dir, which, y.values<std::uint8_t>());
  return {std::move(x), std::move(y)};
}

// The two large files are read in parallel, since decompression takes most of the time; one after
// the other if the system refuses another thread.
TrainTest load_four(const char* where, const std::string& dir) {
  auto test_x = std::async(std::launch::async | std::launch::deferred,
                           [&] { return load(where, dir, "t10k-images-idx3-ubyte"); });
  Array train_x = load(where, dir, "train-images-idx3-ubyte");
  Array train_y = load(where, dir, "train-labels-idx1-ubyte");
  Array test_y = load(where, dir, "t10k-labels-idx1-ubyte");
  return {checked(where, dir, "training", std::move(train_x), std::move(train_y)),
          checked(where, dir, "test", test_x.get(), std::move(test_y))};
}

// Where a data set is searched. Only MNIST is searched in $KERATIN_DATA itself: Fashion-MNIST's
// files have the same names.
std::vector<std::string> search_path(const std::string& folder) {
  std::vector<std::string> dirs;
  if (const char* given = std::getenv("KERATIN_DATA"); given && *given) {
    if (folder == "mnist") dirs.push_back(given);
    dirs.push_back(std::string(given) + "/" + folder);
  }
  for (const std::string& place : data_folders()) dirs.push_back(place + "/" + folder);
  return dirs;
}

// From `dir`, or without one from the first of `dirs` that has the files.
TrainTest load_from(const char* where, const std::string& dir, const std::vector<std::string>& dirs,
                    const char* hint) {
  if (!dir.empty()) {
    std::error_code error;
    check<std::runtime_error>(std::filesystem::is_directory(dir, error), where,
                              "there is no folder ", dir);
    return load_four(where, dir);
  }
  std::string searched;
  for (const std::string& place : dirs) {
    if (!find(place, "train-images-idx3-ubyte").empty()) return load_four(where, place);
    searched += "\n  " + place;
  }
  fail<std::runtime_error>(where, "found no train-images-idx3-ubyte(.gz) in", searched, "\n", hint);
}

}  // namespace

TrainTest mnist::load_data(const std::string& dir) {
  return load_from("mnist", dir, search_path("mnist"),
                   "Pass the folder that holds the four files, or set KERATIN_DATA to it.");
}

TrainTest fashion_mnist::load_data(const std::string& dir) {
  std::vector<std::string> dirs = search_path("fashion-mnist");
  dirs.push_back("/usr/share/datasets/fashion-mnist");
  return load_from("fashion_mnist", dir, dirs,
                   "Debian's package dataset-fashion-mnist has it; or pass the folder, or put it "
                   "in $KERATIN_DATA/fashion-mnist.");
}

}  // namespace keratin::datasets
