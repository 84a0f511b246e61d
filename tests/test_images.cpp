// Pictures: decoding and resizing compared with TensorFlow, folders with Keras, and files that are
// refused.

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <keratin/image_dataset.hpp>
#include <keratin/utils.hpp>
#include <set>

#include "data/image.hpp"
#include "data/resize.hpp"
#include "support/catch.hpp"
#include "support/datasets.hpp"
#include "support/folder.hpp"
#include "support/golden.hpp"
#include "support/message.hpp"

using namespace keratin;
namespace fs = std::filesystem;

namespace {

const std::string pictures = std::string(KERATIN_GOLDEN_DIR) + "/../images";

std::string bytes_of(const std::string& path) {
  std::ifstream file(pictures + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void check_close(const Tensor& got, const Tensor& wanted, float tolerance) {
  REQUIRE(got.shape() == wanted.shape());
  float worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    worst = std::max(worst, std::abs(got.data()[i] - wanted.data()[i]));
  CHECK(worst <= tolerance);
}

// All batches joined.
Batch joined(const Dataset& data) {
  std::vector<float> x, y;
  Shape x_shape, y_shape;
  Dataset::Iterator iterator = data.iterator();
  for (Batch batch; iterator.next(batch);) {
    x_shape = batch.x.shape();
    y_shape = batch.y.shape();
    x.insert(x.end(), batch.x.values().begin(), batch.x.values().end());
    y.insert(y.end(), batch.y.values().begin(), batch.y.values().end());
  }
  Batch all;
  if (x.empty()) return all;
  x_shape[0] = x.size() / x_shape.without_batch().elements();
  all.x = Tensor::from(x_shape, x);
  if (y.empty()) return all;
  y_shape[0] = x_shape[0];
  all.y = Tensor::from(y_shape, y);
  return all;
}

std::string refusal(std::string bytes, std::size_t channels = 3) {
  const std::span<const unsigned char> file(reinterpret_cast<unsigned char*>(bytes.data()),
                                            bytes.size());
  try {
    decode_image(file, channels, "FILE");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("pictures are resized as TensorFlow does", "[images]") {
  for (const auto& golden : test::read_golden("data")) {
    if (golden.text("fn") != "resize") continue;
    INFO(golden.name);
    const Tensor& x = golden.tensor("x");
    Image image{x.shape()[0], x.shape()[1], x.shape()[2]};
    for (float value : x.values()) image.pixels.push_back(static_cast<unsigned char>(value));
    Tensor y = Tensor::zeros(golden.tensor("y").shape());
    resize(image, interpolation_named("test", golden.text("method")),
           golden.text("fit") == "pad" ? Fit::pad : Fit::stretch, y.shape()[0], y.shape()[1],
           y.data());
    check_close(y, golden.tensor("y"), 1e-3f);
  }
}

TEST_CASE("folders of pictures give Keras's batches", "[images]") {
  std::map<std::string, utils::ImageDatasetOptions> runs;
  runs["rgb"] = {};
  runs["grayscale"] = {.color_mode = "grayscale"};
  runs["crop"] = {.crop_to_aspect_ratio = true};
  runs["pad"] = {.interpolation = "nearest", .pad_to_aspect_ratio = true};
  runs["cats_rgba"] = {.class_names = {{"cats"}}, .color_mode = "rgba"};
  runs["categorical"] = {.label_mode = "categorical"};
  runs["binary"] = {.label_mode = "binary", .class_names = {{"dogs", "cats"}}};
  runs["unlabelled"] = {.labels = "none"};
  runs["validation"] = {.validation_split = 0.4, .subset = "validation"};
  runs["training"] = {.validation_split = 0.4, .subset = "training"};
  for (auto& [name, options] : runs) {
    INFO(name);
    options.image_size = {6, 8};
    options.batch_size = 4;
    options.shuffle = false;
    options.verbose = false;
    const auto golden = test::find_case(test::read_golden("data"), "images_" + name);
    const utils::ImageDataset data = utils::image_dataset_from_directory(pictures, options);
    CHECK(data.size() == static_cast<std::size_t>(golden.integer("batches")));
    const Batch all = joined(data);
    check_close(all.x, golden.tensor("x"), 1e-3f);
    CHECK(all.y.defined() == golden.has_tensor("y"));
    if (all.y.defined()) CHECK(all.y == golden.tensor("y"));
  }
}

TEST_CASE("a folder of pictures knows its classes and files, and shuffles", "[images]") {
  const utils::ImageDatasetOptions plain = {.image_size = 4, .shuffle = false, .verbose = false};
  const auto ordered = utils::image_dataset_from_directory(pictures, plain);
  CHECK(ordered.class_names == std::vector<std::string>{"cats", "dogs"});
  REQUIRE(ordered.file_paths.size() == 9);
  CHECK(fs::path(ordered.file_paths[0]).filename() == "gray.png");
  CHECK(fs::path(ordered.file_paths[3]).filename() == "sixteen.png");

  utils::ImageDatasetOptions options = {.image_size = 4, .seed = 8, .verbose = false};
  const auto shuffled = utils::image_dataset_from_directory(pictures, options);
  CHECK(shuffled.file_paths != ordered.file_paths);
  CHECK(shuffled.file_paths == utils::image_dataset_from_directory(pictures, options).file_paths);
  options.validation_split = 0.3;
  const auto [train, validation] = utils::image_datasets_from_directory(pictures, options);
  CHECK(train.file_paths.size() == 7);
  CHECK(validation.file_paths.size() == 2);
  std::set<std::string> all(train.file_paths.begin(), train.file_paths.end());
  all.insert(validation.file_paths.begin(), validation.file_paths.end());
  CHECK(all.size() == 9);

  // The same values on any number of threads, and from a cache.
  utils::ImageDatasetOptions single = plain;
  single.batch_size.reset();
  const Dataset samples = utils::image_dataset_from_directory(pictures, single);
  CHECK(samples.size() == 9u);
  const auto before = utils::num_threads();
  utils::set_num_threads(1);
  const auto one = test::numbers(ordered);
  utils::set_num_threads(3);
  CHECK(test::numbers(ordered) == one);
  utils::set_num_threads(before);
  const Dataset cached = samples.cache();
  CHECK(test::numbers(cached) == one);
  CHECK(test::numbers(cached.batch(4)) == one);
}

TEST_CASE("single pictures are read and resized as those of folders", "[images]") {
  const std::string path = pictures + "/cats/rgb.png";
  const Image image = read_image(path, 3);
  const Tensor whole = utils::load_img(path);
  CHECK(whole.shape() == Shape{image.height, image.width, 3});
  for (std::size_t i = 0; i < whole.size(); ++i) REQUIRE(whole.values()[i] == image.pixels[i]);
  const test::Folder folder;
  folder.file("p/x.png", bytes_of("cats/rgb.png"));
  for (const bool crop : {false, true}) {
    const auto data =
        utils::image_dataset_from_directory(folder / "p", {.labels = "none",
                                                           .color_mode = "grayscale",
                                                           .image_size = {5, 9},
                                                           .interpolation = "bicubic",
                                                           .crop_to_aspect_ratio = crop,
                                                           .verbose = false});
    CHECK(utils::load_img(path, {.color_mode = "grayscale",
                                 .target_size = utils::ImageSize(5, 9),
                                 .interpolation = "bicubic",
                                 .keep_aspect_ratio = crop})
              .reshaped({1, 5, 9, 1}) == joined(data).x);
  }
  const auto refused = [&](const utils::LoadImgOptions& options) {
    return test::message([&] { utils::load_img(path, options); });
  };
  CHECK(refused({.color_mode = "gray"}) ==
        "[load_img] color_mode is 'gray', wanted one of 'grayscale', 'rgb', 'rgba'");
  CHECK(refused({.target_size = 0}) == "[load_img] target_size is 0 x 0, wanted 1 x 1 or more");
  CHECK(refused({.interpolation = "none"}).starts_with("[load_img] "));
}

TEST_CASE("folders and options that make no pictures are refused", "[images]") {
  const test::Folder folder;
  const auto failure = [&](const utils::ImageDatasetOptions& options) {
    return folder.refusal([&] { utils::image_dataset_from_directory(folder / "p", options); });
  };
  const auto mistake = [&](const utils::ImageDatasetOptions& options) {
    return folder.refusal<std::invalid_argument>(
        [&] { utils::image_dataset_from_directory(folder / "p", options); });
  };
  const std::string where = "[image_dataset_from_directory] ";
  CHECK(failure({}) == where + "there is no folder p");
  folder.file("p/a/readme.txt", "x");
  CHECK(failure({}) == where + "p holds no .png, .jpg or .jpeg files in its subfolders");
  folder.file("p/a/x.png", bytes_of("cats/gray.png"));
  CHECK(failure({.verbose = false}) == "no error");
  CHECK(mistake({.labels = std::vector<int>{1, 2}}) ==
        where + "labels has 2 entries, but p has 1 pictures");
  CHECK(mistake({.label_mode = "binary"}) ==
        where + "label_mode 'binary' is for 2 classes, there are 1: 'a'");
  CHECK(mistake({.label_mode = "float"}) ==
        where + "label_mode is 'float', wanted one of 'none', 'int', 'categorical', 'binary'");
  CHECK(mistake({.class_names = {{"b"}}}) ==
        where + "p has no subfolder 'b', as class_names says, it has 'a'");
  CHECK(mistake({.image_size = {0, 4}}) == where + "image_size is 0 x 4, wanted 1 x 1 or more");
  CHECK(mistake({.validation_split = 0.5}) ==
        where + "validation_split and subset belong together, only one of them is given");
  CHECK(mistake({.validation_split = 0.5, .subset = "both"}) ==
        where + "subset is 'both': image_datasets_from_directory returns both");
  CHECK(mistake({.validation_split = 0.5, .subset = "training"}) ==
        where +
            "validation_split with shuffle needs a seed, so that training and validation share no "
            "pictures");
  CHECK(mistake({.interpolation = "cubic"}).starts_with(where + "unknown interpolation 'cubic'"));
  folder.file("p/b/x.bmp", "BM");
  CHECK(failure({}) == where +
                           "p/b/x.bmp: BMP and GIF files are not read: convert it to PNG, or "
                           "move it away");
}

TEST_CASE("damaged pictures are refused with their names", "[images]") {
  const std::string png = bytes_of("cats/rgb.png"), jpeg = bytes_of("dogs/colour.jpg");
  CHECK(refusal("") == "[image] FILE: is neither a PNG nor a JPEG file");
  CHECK(refusal("GIF89a") == "[image] FILE: is neither a PNG nor a JPEG file");
  for (std::size_t size = 8; size < png.size(); ++size)
    if (!refusal(png.substr(0, size)).starts_with("[image] FILE: is a damaged PNG file: "))
      CHECK(refusal(png.substr(0, size)) == std::to_string(size));
  for (std::size_t size = 3; size + 2 < jpeg.size(); ++size)
    if (!refusal(jpeg.substr(0, size)).starts_with("[image] FILE: is a damaged JPEG file: "))
      CHECK(refusal(jpeg.substr(0, size)) == std::to_string(size));
  std::string flipped = png;
  flipped[flipped.size() / 2] ^= 0x10;  // a wrong checksum
  CHECK(refusal(flipped).starts_with("[image] FILE: is a damaged PNG file: "));

  // Headers that ask for more than there is.
  std::string large = png;
  const unsigned char size[] = {0, 0, 0x40, 0, 0, 0, 0x10, 0};  // 16384 x 4096, 64 million pixels
  std::memcpy(&large[16], size, 8);
  const auto crc = [](const std::string& bytes) {  // of the header, as PNG counts it
    std::uint32_t value = 0xFFFFFFFF;
    for (unsigned char byte : bytes.substr(12, 17)) {
      value ^= byte;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0xEDB88320 : 0);
    }
    return ~value;
  };
  const auto with_crc = [&](std::string bytes) {
    const std::uint32_t value = crc(bytes);
    for (int i = 0; i < 4; ++i)
      bytes[29 + static_cast<std::size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
    return bytes;
  };
  CHECK(refusal(with_crc(large)) == "[image] FILE: has 579 bytes, too few for 4096 x 16384 pixels");
  large[16] = 0x40;
  CHECK(refusal(with_crc(large)) ==
        "[image] FILE: has 4096 x 1073758208 pixels, wanted 1 to 89000000");
  std::string huge = jpeg;
  const std::size_t frame = huge.find("\xFF\xC0");
  REQUIRE(frame != huge.npos);
  for (std::size_t i = 5; i < 9; ++i) huge[frame + i] = '\xF0';
  CHECK(refusal(huge) == "[image] FILE: has 61680 x 61680 pixels, wanted 1 to 89000000");
  huge[frame + 5] = huge[frame + 7] = '\x20';
  CHECK(refusal(huge) == "[image] FILE: has 746 bytes, too few for 8432 x 8432 pixels");

  // The first picture of a batch that fails is named, on any number of threads.
  const test::Folder folder;
  for (const char* name : {"a.png", "b.png", "c.jpg", "d.jpg"})
    folder.file(std::string("p/k/") + name, name == std::string("a.png") ? png : "no picture");
  CHECK(folder.refusal([&] {
    test::read(utils::image_dataset_from_directory(
        folder / "p", {.image_size = 4, .shuffle = false, .verbose = false}));
  }) == "[image] p/k/b.png: is neither a PNG nor a JPEG file");
}
