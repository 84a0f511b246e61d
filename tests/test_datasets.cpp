// The IDX reader on real files and on bad ones, one by one.

#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <keratin/datasets.hpp>
#include <numeric>

#include "support/catch.hpp"
#include "support/message.hpp"

using namespace keratin;
using keratin::test::message;

namespace {

namespace fs = std::filesystem;

// A folder that goes with the test.
struct Folder {
  fs::path path =
      fs::temp_directory_path() / ("keratin_idx_" + std::to_string(std::rand()) +
                                   std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
  std::string file(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return *this / name;
  }
  std::string gz(const std::string& name, const std::string& bytes,
                 const std::string& after = "") const {
    gzFile out = gzopen((*this / name).c_str(), "wb");
    gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(out);
    std::ofstream(path / name, std::ios::binary | std::ios::app) << after;
    return *this / name;
  }
};

std::string bytes(std::initializer_list<int> all) {
  std::string text;
  for (int byte : all) text += static_cast<char>(byte);
  return text;
}

// What load_idx says of a file, with the path cut out.
std::string refusal(const std::string& path) {
  try {
    datasets::load_idx(path);
  } catch (const std::runtime_error& error) {
    std::string text = error.what();
    for (std::size_t at; (at = text.find(path)) != std::string::npos;)
      text.replace(at, path.size(), "PATH");
    return text;
  }
  return "no error";
}

}  // namespace

TEST_CASE("the bundled MNIST", "[datasets]") {
  const auto [train, test] = datasets::mnist::load_data(KERATIN_DATA_DIR "/mnist");
  CHECK(train.x.shape() == Shape{60000, 28, 28});
  CHECK(train.y.shape() == Shape{60000});
  CHECK(test.x.shape() == Shape{10000, 28, 28});
  CHECK(test.y.shape() == Shape{10000});
  CHECK(train.x.dtype() == DType::uint8);
  const auto labels = train.y.values<std::uint8_t>();
  CHECK(std::vector<int>(labels.begin(), labels.begin() + 5) == std::vector<int>{5, 0, 4, 1, 9});
  // sums by NumPy from the same files
  const auto sum = [](const Array& array) {
    const auto values = array.values<std::uint8_t>();
    return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
  };
  CHECK(sum(train.x) == 1567298545u);
  CHECK(sum(test.x) == 264923200u);
  CHECK(sum(train.y) == 267236u);
  CHECK(sum(test.y) == 44434u);
}

TEST_CASE("MNIST is found where a user expects it", "[datasets]") {
  CHECK(datasets::mnist::load_data().test.y.shape() == Shape{10000});
  Folder folder;
  fs::create_directories(folder.path / "mnist");
  for (const auto& entry : fs::directory_iterator(KERATIN_DATA_DIR "/mnist"))
    fs::copy(entry, folder.path / "mnist");
  ::setenv("KERATIN_DATA", folder.path.c_str(), 1);
  CHECK(datasets::mnist::load_data().test.y.shape() == Shape{10000});
  ::setenv("KERATIN_DATA", (folder / "mnist").c_str(), 1);
  CHECK(datasets::mnist::load_data().test.y.shape() == Shape{10000});
  ::unsetenv("KERATIN_DATA");
  CHECK(message<std::runtime_error>([&] { datasets::mnist::load_data(folder / "nowhere"); }) ==
        "[mnist] there is no folder " + (folder / "nowhere"));
  CHECK(message<std::runtime_error>([&] { datasets::mnist::load_data(folder.path.string()); }) ==
        "[mnist] there is no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in " +
            folder.path.string());
}

TEST_CASE("MNIST is not taken for Fashion-MNIST, whose files have the same names", "[datasets]") {
  Folder folder;
  fs::create_directories(folder.path / "fashion-mnist");
  for (const std::string part : {"train", "t10k"})
    for (const auto& [dir, label] : {std::pair<std::string, int>{"", 1}, {"fashion-mnist/", 2}}) {
      folder.file(dir + part + "-images.idx3-ubyte", bytes({0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0,
                                                            0, 0, 1, 7}));  // the other spelling
      folder.gz(dir + part + "-labels.idx1-ubyte.gz", bytes({0, 0, 8, 1, 0, 0, 0, 1, label}));
    }
  ::setenv("KERATIN_DATA", folder.path.c_str(), 1);
  CHECK(datasets::mnist::load_data().train.y.values<std::uint8_t>()[0] == 1);
  CHECK(datasets::fashion_mnist::load_data().train.y.values<std::uint8_t>()[0] == 2);
  fs::remove_all(folder.path / "fashion-mnist");
  try {  // Debian's copy where it is installed, an error where not, but never the files beside
    const datasets::TrainTest found =
        datasets::fashion_mnist::load_data();  // outside of CHECK, which would catch it
    CHECK(found.train.y.values<std::uint8_t>()[0] == 9);
  } catch (const std::runtime_error& error) {
    const std::string start = "[fashion_mnist] found no train-images-idx3-ubyte(.gz) in\n  " +
                              (folder / "fashion-mnist") + "\n";
    CHECK(std::string(error.what()).substr(0, start.size()) == start);
  }
  ::unsetenv("KERATIN_DATA");
}

TEST_CASE("a set of four files that do not fit together is refused", "[datasets]") {
  Folder folder;
  const std::string here = "[mnist] " + folder.path.string() + ": ";
  const auto refused = [&] {
    return message<std::runtime_error>([&] { datasets::mnist::load_data(folder.path.string()); });
  };
  const std::string image = bytes({0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7});
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"})
    folder.file(name, image);
  for (const char* name : {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"})
    folder.file(name, bytes({0, 0, 8, 1, 0, 0, 0, 1, 3}));
  CHECK(datasets::mnist::load_data(folder.path.string()).train.x.values<std::uint8_t>()[0] == 7);

  folder.file("train-labels-idx1-ubyte", bytes({0, 0, 8, 1, 0, 0, 0, 2, 3, 3}));
  CHECK(refused() == here + "1 training images but 2 labels");
  folder.file("train-labels-idx1-ubyte", bytes({0, 0, 8, 1, 0, 0, 0, 1, 10}));
  CHECK(refused() == here + "training label 0 is 10, wanted 0 to 9");
  folder.file("train-labels-idx1-ubyte", bytes({0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0}));
  CHECK(refused() == here + "training labels are float32 of shape (1,), wanted uint8 (rows,)");
  folder.file("train-images-idx3-ubyte", bytes({0, 0, 8, 1, 0, 0, 0, 1, 3}));
  CHECK(refused() ==
        here + "training images are uint8 of shape (1,), wanted uint8 (rows, height, width)");
}

TEST_CASE("every IDX type, plain and gzipped", "[datasets]") {
  Folder folder;
  const Array bytes8 =
      datasets::load_idx(folder.file("u8", bytes({0, 0, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 255})));
  CHECK(bytes8.shape() == Shape{2, 1});
  CHECK(bytes8.values<std::uint8_t>()[1] == 255);
  CHECK(datasets::load_idx(folder.gz("i8", bytes({0, 0, 0x09, 1, 0, 0, 0, 1, 0xfe})))
            .values<std::int32_t>()[0] == -2);
  CHECK(datasets::load_idx(folder.gz("i16", bytes({0, 0, 0x0B, 1, 0, 0, 0, 1, 0xff, 0x00})))
            .values<std::int32_t>()[0] == -256);
  CHECK(datasets::load_idx(folder.file("i32", bytes({0, 0, 0x0C, 1, 0, 0, 0, 1, 0x80, 0, 0, 1})))
            .values<std::int32_t>()[0] == -2147483647);
  CHECK(datasets::load_idx(folder.file("f32", bytes({0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0})))
            .values<float>()[0] == 1.5f);
  CHECK(datasets::load_idx(
            folder.gz("f64", bytes({0, 0, 0x0E, 1, 0, 0, 0, 1, 0xc0, 0x04, 0, 0, 0, 0, 0, 0})))
            .values<double>()[0] == -2.5);
  std::string eight_axes = bytes({0, 0, 8, 8, 0, 0, 0, 2});
  for (int axis = 1; axis < 8; ++axis) eight_axes += bytes({0, 0, 0, 1});
  CHECK(datasets::load_idx(folder.file("rank8", eight_axes + "ab")).shape() ==
        Shape{2, 1, 1, 1, 1, 1, 1, 1});
  CHECK(datasets::load_idx(folder.file("none", bytes({0, 0, 8, 1, 0, 0, 0, 0}))).shape() ==
        Shape{0});
}

TEST_CASE("bad IDX files", "[datasets][errors]") {
  Folder folder;
  CHECK(refusal(folder / "nowhere") == "[idx] cannot open PATH: No such file or directory");
  CHECK(refusal(folder.path.string()) == "[idx] PATH is a folder, wanted a file");
  CHECK(refusal(folder.file("empty", "")) == "[idx] PATH: ends after 0 of 4 bytes of header");
  CHECK(refusal(folder.file("short", bytes({0, 0, 8}))) ==
        "[idx] PATH: ends after 3 of 4 bytes of header");
  CHECK(refusal(folder.file("png", "\x89PNG....")) ==
        "[idx] PATH: is no IDX file: it starts with 137 80, wanted 0 0");
  CHECK(refusal(folder.file("type", bytes({0, 0, 0x0A, 1, 0, 0, 0, 1, 0}))) ==
        "[idx] PATH: has values of type 10, wanted 8, 9, 11, 12, 13 or 14");
  CHECK(refusal(folder.file("rank0", bytes({0, 0, 8, 0, 1}))) ==
        "[idx] PATH: has 0 axes, wanted 1 to 8");
  CHECK(refusal(folder.file("rank9", bytes({0, 0, 8, 9, 1}))) ==
        "[idx] PATH: has 9 axes, wanted 1 to 8");
  CHECK(refusal(folder.file("sizes", bytes({0, 0, 8, 2, 0, 0, 0, 1, 0, 0}))) ==
        "[idx] PATH: ends after 2 of 4 bytes of sizes");
  CHECK(refusal(folder.file("few", bytes({0, 0, 8, 1, 0, 0, 0, 9, 1, 2}))) ==
        "[idx] PATH: ends after 2 of 9 bytes of values");
  CHECK(refusal(folder.file("many", bytes({0, 0, 8, 1, 0, 0, 0, 1, 1, 2}))) ==
        "[idx] PATH: goes on after the 1 values of its shape (1,)");
  // 65536 x 65536 is 0 in 32 bits, and 2^32 cubed in 64
  CHECK(
      refusal(folder.file("wraps", bytes({0, 0, 8, 3, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0}))) ==
      "[idx] PATH: its header says shape (1, 65536, 65536), more than a file of its size can hold");
  CHECK(refusal(folder.file("overflows", bytes({0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255,
                                                255, 255, 255, 255}))) ==
        "[idx] PATH: its header says shape (4294967295, 4294967295, 4294967295), more than a file "
        "of its size can hold");
  CHECK(refusal(folder.file("32GiB", bytes({0, 0, 0x0E, 1, 255, 255, 255, 255}))) ==
        "[idx] PATH: its header says shape (4294967295,), more than a file of its size can hold");
  CHECK(refusal(folder.file("claims", bytes({0, 0, 8, 1, 0, 0, 3, 0xe8, 1}))) ==
        "[idx] PATH: its header says shape (1000,), more than a file of its size can hold");
}

TEST_CASE("a gzip file is a sequence of members, with padding", "[datasets]") {
  Folder folder;
  const auto member = [&](const std::string& content) {
    const std::string path = folder.gz("member", content);
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string header = member(bytes({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3}));
  const std::string values = member("abcdef"), none = member("");
  const auto read = [&](const std::string& packed) {
    const Array array = datasets::load_idx(folder.file("members.gz", packed));
    CHECK(array.shape() == Shape{2, 3});
    const auto all = array.values<std::uint8_t>();
    return std::string(all.begin(), all.end());
  };
  CHECK(read(header + values) == "abcdef");
  CHECK(read(header + member("abc") + none + none + member("def") + none) == "abcdef");
  const std::string padding(1 << 19, '\0');  // more than is read at a time
  CHECK(read(header + values + '\0') == "abcdef");
  CHECK(read(header + values + padding) == "abcdef");
  CHECK(read(header + padding + values + padding + none + padding) == "abcdef");
  std::string split = header;
  for (char c : std::string("abcdef")) split += member(std::string(1, c));
  CHECK(read(split) == "abcdef");
}

TEST_CASE("bad gzip files", "[datasets][errors]") {
  Folder folder;
  const std::string good = bytes({0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4});
  const std::string path = folder.gz("good", good);
  CHECK(refusal(path) == "no error");
  std::string packed(fs::file_size(path), '\0');
  std::ifstream(path, std::ios::binary)
      .read(packed.data(), static_cast<std::streamsize>(packed.size()));

  CHECK(refusal(folder.file("cut", packed.substr(0, packed.size() - 4))) ==
        "[idx] PATH: the gzip stream ends too early");
  CHECK(refusal(folder.file("header", packed.substr(0, 5))) ==
        "[idx] PATH: the gzip stream ends too early");
  std::string wrong = packed;
  wrong[wrong.size() - 5] ^= 1;  // the checksum
  CHECK(refusal(folder.file("crc", wrong)) ==
        "[idx] PATH: the gzip stream is damaged: incorrect data check");
  CHECK(refusal(folder.gz("garbage", good, "x")) ==
        "[idx] PATH: goes on after the end of its gzip stream");
  CHECK(refusal(folder.gz("many", good + "x")) ==
        "[idx] PATH: goes on after the 4 values of its shape (4,)");
  CHECK(refusal(folder.gz("few", good.substr(0, 11))) ==
        "[idx] PATH: ends after 3 of 4 bytes of values");
  // what follows the first member
  const auto packed_as = [&](const std::string& content) {
    std::ifstream file(folder.gz("part", content), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string first = packed_as(good.substr(0, 10)), second = packed_as(good.substr(10));
  CHECK(refusal(folder.file("both", first + second)) == "no error");
  for (std::size_t bytes : {std::size_t{1}, std::size_t{5}, second.size() - 4, second.size() - 1})
    CHECK(refusal(folder.file("cut later", first + second.substr(0, bytes))) ==
          "[idx] PATH: the gzip stream ends too early");
  std::string wrong_later = first + second;
  wrong_later[wrong_later.size() - 5] ^= 1;
  CHECK(refusal(folder.file("crc later", wrong_later)) ==
        "[idx] PATH: the gzip stream is damaged: incorrect data check");
  CHECK(refusal(folder.file("not gzip", first + "\x1f\x8c" + second.substr(2))) ==
        "[idx] PATH: the gzip stream is damaged: incorrect header check");
  CHECK(refusal(folder.file("too much", first + second + second)) ==
        "[idx] PATH: goes on after the 4 values of its shape (4,)");
  CHECK(refusal(folder.file("too few", first)) == "[idx] PATH: ends after 2 of 4 bytes of values");
  CHECK(refusal(folder.gz("padded garbage", good, std::string(600, '\0') + "x")) ==
        "[idx] PATH: goes on after the end of its gzip stream");
  CHECK(refusal(folder.gz("bomb", bytes({0, 0, 8, 1, 255, 255, 255, 255}))) ==
        "[idx] PATH: its header says shape (4294967295,), more than a file of its size can hold");
}

TEST_CASE("arrays and views of them", "[datasets]") {
  const Array array({2, 3}, std::vector<std::int32_t>{1, 2, 3, 4, 5, 6});
  const ArrayView view = array;
  CHECK(view.rows() == 2);
  CHECK(view.row_size() == 3);
  CHECK(view.at(1, 2) == 6);
  Tensor out;
  view.gather(std::vector<std::uint32_t>{1, 0, 1}, out);
  CHECK(out == Tensor{{4, 5, 6}, {1, 2, 3}, {4, 5, 6}});
  view.slice(1, 1).gather(std::vector<std::uint32_t>{0}, out);
  CHECK(out == Tensor{{4, 5, 6}});
  CHECK(view.with_row_shape({3, 1}).shape() == Shape{2, 3, 1});
  CHECK(message([&] { Array({2}, std::vector<float>{1}); }) ==
        "[array] got 1 values for shape (2,), wanted 2");
  CHECK(message([&] { view.slice(1, 2); }) ==
        "[array_view] cannot take 2 rows from row 1 on: there are 2");
  CHECK(message([&] { view.gather(std::vector<std::uint32_t>{2}, out); }) ==
        "[array_view] row 2 is not one of 2");
  CHECK(message([&] { view.at(0, 3); }) ==
        "[array_view] there is no element 3 of row 0 in shape (2, 3)");
  CHECK(message([&] { view.with_row_shape({4}); }) ==
        "[array_view] rows of shape (3,) cannot be seen as (4,)");

  const std::vector<double> doubles{0.5, -1};
  ArrayView(doubles).gather(std::vector<std::uint32_t>{1, 0}, out);
  CHECK(out == Tensor{-1, 0.5});
}
