// utils::image_dataset_from_directory.

#include "keratin/image_dataset.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <mutex>

#include "data/dataset_stage.hpp"
#include "data/image.hpp"
#include "data/resize.hpp"
#include "keratin/check.hpp"
#include "kernels/pool.hpp"

namespace keratin::utils {

namespace {

namespace fs = std::filesystem;

constexpr const char* where_folder = "image_dataset_from_directory";

/// A file and the id of its class.
struct Picture {
  std::string path;
  int label = 0;
};

/// How a picture becomes a sample.
struct Sampling {
  std::size_t height, width, channels;
  Interpolation interpolation;
  Fit fit;
};

enum class LabelMode : unsigned char { none, integer, categorical, binary };

class PictureRows : public detail::Rows {
 public:
  PictureRows(std::vector<Picture> pictures, const Sampling& sampling, LabelMode mode,
              std::size_t classes)
      : pictures_(std::move(pictures)), sampling_(sampling), mode_(mode), classes_(classes) {}

  std::size_t size() const override { return pictures_.size(); }
  bool in_memory() const override { return false; }

  void gather(std::span<const detail::Row> rows, Batch& out) const override {
    const Sampling& s = sampling_;
    out.x.resize({rows.size(), s.height, s.width, s.channels});
    const std::size_t sample = s.height * s.width * s.channels;
    // Tiles must not throw. Of several failures the first row's is reported, however many threads
    // there are.
    std::mutex lock;
    std::size_t failed = rows.size();
    std::exception_ptr failure;
    kernels::parallel_for(rows.size(), [&](std::size_t i) {
      try {
        const Image image = read_image(pictures_[rows[i]].path, s.channels);
        resize(image, s.interpolation, s.fit, s.height, s.width, out.x.data() + i * sample);
      } catch (...) {
        const std::lock_guard guard(lock);
        if (i < failed) {
          failed = i;
          failure = std::current_exception();
        }
      }
    });
    if (failure) std::rethrow_exception(failure);
    gather_labels(rows, out.y);
    out.sample_weight.clear();
  }

 private:
  void gather_labels(std::span<const detail::Row> rows, Tensor& y) const {
    if (mode_ == LabelMode::none) return y.clear();
    const std::size_t width = mode_ == LabelMode::categorical ? classes_ : 1;
    y.resize(mode_ == LabelMode::integer ? Shape{rows.size()} : Shape{rows.size(), width});
    y.fill(0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const int label = pictures_[rows[i]].label;
      if (mode_ == LabelMode::categorical)
        y.data()[i * width + static_cast<std::size_t>(label)] = 1;
      else
        y.data()[i] = static_cast<float>(label);
    }
  }

  std::vector<Picture> pictures_;
  Sampling sampling_;
  LabelMode mode_;
  std::size_t classes_;
};

std::string quoted(const std::string& name) { return '\'' + name + '\''; }

/// The position of `name` among `names`; throws with all of them if it is unknown.
std::size_t choice(const char* option, const std::string& name,
                   const std::vector<std::string>& names) {
  const auto at = std::find(names.begin(), names.end(), name);
  check(at != names.end(), where_folder, option, " is '", name, "', wanted one of ",
        joined(names, quoted));
  return static_cast<std::size_t>(at - names.begin());
}

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  check<std::runtime_error>(ending != ".bmp" && ending != ".gif", where_folder, path.string(),
                            ": BMP and GIF files are not read: convert it to PNG, or move it away");
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg";
}

// The pictures in a folder, at any depth: folder by folder, each in the order of names.
void add_pictures(const fs::path& folder, int label, bool follow_links,
                  std::vector<Picture>& pictures) {
  std::vector<fs::path> folders = {folder};
  const auto options =
      follow_links ? fs::directory_options::follow_directory_symlink : fs::directory_options::none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, options))
    if (entry.is_directory() && (follow_links || !entry.is_symlink()))
      folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end(),
            [](const fs::path& a, const fs::path& b) { return a.string() < b.string(); });
  for (const fs::path& each : folders) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(each))
      if (entry.is_regular_file() && is_picture(entry.path()))
        files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (std::string& file : files) pictures.push_back({std::move(file), label});
  }
}

std::vector<std::string> subfolders(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.is_directory() && entry.path().filename().string().front() != '.')
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// All pictures of a folder.
struct Index {
  std::vector<Picture> pictures;
  std::vector<std::string> classes;
};

Index inferred(const std::string& directory, const ImageDatasetOptions& options) {
  Index index;
  index.classes = subfolders(directory);
  if (options.class_names) {
    for (const std::string& name : *options.class_names)
      check(std::binary_search(index.classes.begin(), index.classes.end(), name), where_folder,
            directory, " has no subfolder '", name, "', as class_names says, it has ",
            joined(index.classes, quoted));
    index.classes = *options.class_names;
  }
  for (std::size_t id = 0; id < index.classes.size(); ++id)
    add_pictures(fs::path(directory) / index.classes[id], static_cast<int>(id),
                 options.follow_links, index.pictures);
  return index;
}

Index listed(const std::string& directory, const ImageDatasetOptions& options) {
  check(!options.class_names, where_folder, "class_names is for labels = \"inferred\" only");
  Index index;
  add_pictures(directory, 0, options.follow_links, index.pictures);
  const auto* labels = std::get_if<std::vector<int>>(&options.labels);
  if (!labels) return index;
  check(labels->size() == index.pictures.size(), where_folder, "labels has ", labels->size(),
        " entries, but ", directory, " has ", index.pictures.size(), " pictures");
  std::vector<int> ids = *labels;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    check(ids[i] >= 0, where_folder, "label ", i, " is ", ids[i], ", wanted 0 or more");
    index.pictures[i].label = ids[i];
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (int id : ids) index.classes.push_back(concat(id));
  return index;
}

void check_options(const ImageDatasetOptions& options, bool both) {
  check(options.image_size.height > 0 && options.image_size.width > 0, where_folder,
        "image_size is ", options.image_size.height, " x ", options.image_size.width,
        ", wanted 1 x 1 or more");
  check(!options.crop_to_aspect_ratio || !options.pad_to_aspect_ratio, where_folder,
        "crop_to_aspect_ratio and pad_to_aspect_ratio cannot both be set");
  const double part = options.validation_split.value_or(0.5);
  check(part > 0 && part < 1, where_folder, "validation_split is ", part,
        ", wanted a fraction above 0 and below 1");
  check(!both || options.validation_split, where_folder,
        "validation_split is missing, which says how large the validation set is");
  if (both) return;
  check(options.subset != "both", where_folder,
        "subset is 'both': image_datasets_from_directory returns both");
  choice("subset", options.subset, {"", "training", "validation"});
  check(options.validation_split.has_value() == !options.subset.empty(), where_folder,
        "validation_split and subset belong together, only one of them is given");
}

LabelMode label_mode(const ImageDatasetOptions& options) {
  const std::size_t mode =
      choice("label_mode", options.label_mode, {"none", "int", "categorical", "binary"});
  if (const auto* labels = std::get_if<std::string>(&options.labels))
    if (choice("labels", *labels, {"inferred", "none"}) == 1) return LabelMode::none;
  return static_cast<LabelMode>(mode);
}

/// Everything about a folder that training and validation set share.
struct Source {
  Index index;
  LabelMode mode;
  Sampling sampling;
  std::size_t validation;  // number of pictures for validation, the last ones
};

Source source_of(const std::string& directory, const ImageDatasetOptions& options, bool both) {
  check_options(options, both);
  Source source{{}, label_mode(options), {}, 0};
  source.sampling = {static_cast<std::size_t>(options.image_size.height),
                     static_cast<std::size_t>(options.image_size.width),
                     channels_named(where_folder, options.color_mode),
                     interpolation_named(where_folder, options.interpolation),
                     options.crop_to_aspect_ratio  ? Fit::crop
                     : options.pad_to_aspect_ratio ? Fit::pad
                                                   : Fit::stretch};
  check(!options.validation_split || !options.shuffle || options.seed, where_folder,
        "validation_split with shuffle needs a seed, so that training and validation share no "
        "pictures");
  std::error_code error;
  check<std::runtime_error>(fs::is_directory(directory, error), where_folder, "there is no folder ",
                            directory);
  const auto* labels = std::get_if<std::string>(&options.labels);
  Index& index = source.index;
  index =
      labels && *labels == "inferred" ? inferred(directory, options) : listed(directory, options);
  check<std::runtime_error>(!index.pictures.empty(), where_folder, directory,
                            " holds no .png, .jpg or .jpeg files",
                            labels && *labels == "inferred" ? " in its subfolders" : "");
  check<std::runtime_error>(index.pictures.size() <= UINT32_MAX, where_folder, directory, " holds ",
                            index.pictures.size(), " pictures, wanted at most ", UINT32_MAX);
  check(source.mode != LabelMode::binary || index.classes.size() == 2, where_folder,
        "label_mode 'binary' is for 2 classes, there are ", index.classes.size(), ": ",
        joined(index.classes, quoted));
  const int most =
      std::max_element(index.pictures.begin(), index.pictures.end(), [](auto& a, auto& b) {
        return a.label < b.label;
      })->label;
  check(source.mode != LabelMode::categorical ||
            static_cast<std::size_t>(most) < index.classes.size(),
        where_folder, "label ", most, " is none of the ", index.classes.size(),
        " classes from 0 on");
  if (options.verbose && source.mode == LabelMode::none)
    std::printf("Found %zu files.\n", index.pictures.size());
  else if (options.verbose)
    std::printf("Found %zu files belonging to %zu classes.\n", index.pictures.size(),
                index.classes.size());
  if (options.shuffle) {
    random::Generator generator =
        options.seed ? random::Generator(*options.seed) : random::Generator(random::next_stream());
    for (std::size_t i = index.pictures.size(); i > 1; --i)
      std::swap(index.pictures[i - 1],
                index.pictures[generator.bounded(static_cast<std::uint32_t>(i))]);
  }
  if (options.validation_split)
    source.validation = static_cast<std::size_t>(*options.validation_split *
                                                 static_cast<double>(index.pictures.size()));
  return source;
}

ImageDataset part(const Source& source, const ImageDatasetOptions& options, std::size_t first,
                  std::size_t count, const char* purpose, bool shuffle) {
  check<std::runtime_error>(count > 0, where_folder, "validation_split leaves no pictures for ",
                            purpose);
  if (options.verbose && options.validation_split)
    std::printf("Using %zu files for %s.\n", count, purpose);
  const auto begin = source.index.pictures.begin() + static_cast<std::ptrdiff_t>(first);
  std::vector<Picture> pictures(begin, begin + static_cast<std::ptrdiff_t>(count));
  std::vector<std::string> paths;
  for (const Picture& picture : pictures) paths.push_back(picture.path);
  Dataset data = detail::make_dataset(detail::make_rows(std::make_unique<PictureRows>(
      std::move(pictures), source.sampling, source.mode, source.index.classes.size())));
  if (shuffle) data = data.shuffle({.buffer_size = count, .seed = options.seed});
  if (options.batch_size) data = data.batch(*options.batch_size);
  std::vector<std::string> classes;
  if (source.mode != LabelMode::none) classes = source.index.classes;
  return ImageDataset(std::move(data), std::move(classes), std::move(paths));
}

}  // namespace

ImageDataset image_dataset_from_directory(const std::string& directory,
                                          const ImageDatasetOptions& options) {
  const Source source = source_of(directory, options, /*both=*/false);
  const std::size_t all = source.index.pictures.size(), kept = all - source.validation;
  if (options.subset == "validation")
    return part(source, options, kept, source.validation, "validation", options.shuffle);
  return part(source, options, 0, kept, "training", options.shuffle);
}

std::pair<ImageDataset, ImageDataset> image_datasets_from_directory(
    const std::string& directory, const ImageDatasetOptions& options) {
  const Source source = source_of(directory, options, /*both=*/true);
  const std::size_t all = source.index.pictures.size(), kept = all - source.validation;
  return {part(source, options, 0, kept, "training", options.shuffle),
          part(source, options, kept, source.validation, "validation", false)};
}

}  // namespace keratin::utils
