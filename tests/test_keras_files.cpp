// The files that Keras's archives and weights are: read as Keras and h5py wrote them, written as
// they would, and refused with a reason.

#ifdef KERATIN_HAS_KERAS_FILES

#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <thread>

#include "core/files.hpp"
#include "saving/hdf5_file.hpp"
#include "saving/keras_archive.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace keratin;

namespace {

const std::string files = std::string(KERATIN_GOLDEN_DIR) + "/../keras_files/";
constexpr std::uint64_t plenty = 1 << 20;

std::string bytes_of(const std::string& name) {
  std::ifstream file(files + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Hdf5Reader reader_of(const std::string& name) { return {"test", name, bytes_of(name)}; }

// What tests/golden/record_keras_files.py gives the variables.
Tensor counted(const Shape& shape, float start, float step) {
  Tensor values = Tensor::zeros(shape);
  for (std::size_t i = 0; i < values.size(); ++i)
    values.data()[i] = (static_cast<float>(i) + start) * step;
  return values;
}

struct Variable {
  std::string path;
  Shape shape;
};

const std::vector<Variable> weights = {
    {"layers/dense/vars/0", {3, 2}},
    {"layers/dense/vars/1", {2}},
    {"layers/batch_normalization/vars/0", {2}},
    {"layers/batch_normalization/vars/1", {2}},
    {"layers/batch_normalization/vars/2", {2}},
    {"layers/batch_normalization/vars/3", {2}},
    {"layers/dense_1/vars/0", {2, 1}},
    {"layers/dense_1/vars/1", {1}},
};
const std::vector<Shape> slots = {{3, 2}, {3, 2}, {2},    {2},    {2}, {2},
                                  {2},    {2},    {2, 1}, {2, 1}, {1}, {1}};

// What `work` throws.
std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("weights are read as Keras wrote them", "[saving]") {
  for (const char* name : {"small.keras", "deflated.keras"}) {
    INFO(name);
    const KerasArchive archive("test", files + name);
    CHECK(archive.config().starts_with(R"({"module": "keras", "class_name": "Sequential")"));
    const Hdf5Reader file("test", name, archive.weights(plenty));
    CHECK(file.has_group(""));
    CHECK(file.has_group("layers/dense/vars"));
    CHECK_FALSE(file.has_group("layers/dense/vars/0"));
    CHECK_FALSE(file.has_group("layers/dense_2"));
    CHECK_FALSE(file.find("layers/dense/vars/2"));
    CHECK_FALSE(file.find("layers/dense/vars/0/more"));
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const auto found = file.find(weights[i].path);
      REQUIRE(found);
      CHECK(found->shape == weights[i].shape);
      CHECK(found->floating);
      CHECK(file.read(weights[i].path, weights[i].shape) ==
            counted(weights[i].shape, static_cast<float>(i), 0.25f));
    }
    CHECK_FALSE(file.find("optimizer/vars/0")->floating);
    CHECK(file.read_integer("optimizer/vars/0") == 1);
    CHECK(file.read("optimizer/vars/1", {}).item() == 0.25f);
    for (std::size_t i = 0; i < slots.size(); ++i)
      CHECK(file.read("optimizer/vars/" + std::to_string(i + 2), slots[i]) ==
            counted(slots[i], static_cast<float>(i), 0.125f));
  }
}

TEST_CASE("weights are written byte for byte as Keras does", "[saving]") {
  Hdf5Writer file("test");
  file.add_object("", "small");
  std::size_t next = 0;
  for (const auto& [path, name] : std::vector<std::pair<std::string, std::string>>{
           {"layers/dense", "first"},
           {"layers/batch_normalization", "batch_normalization"},
           {"layers/dense_1", "last"}}) {
    file.add_object(path, name);
    for (; next < weights.size() && weights[next].path.starts_with(path + "/"); ++next)
      file.write(weights[next].path, counted(weights[next].shape, static_cast<float>(next), 0.25f));
  }
  REQUIRE(next == weights.size());
  file.add_object("optimizer", "adam");
  file.write_integer("optimizer/vars/0", 1);
  file.write("optimizer/vars/1", Tensor(0.25f));
  for (std::size_t i = 0; i < slots.size(); ++i)
    file.write("optimizer/vars/" + std::to_string(i + 2),
               counted(slots[i], static_cast<float>(i), 0.125f));
  const std::string ours = file.finish();
  const std::string theirs = KerasArchive("test", files + "small.keras").weights(plenty);
  CHECK(ours.size() == theirs.size());
  CHECK((ours == theirs));
}

TEST_CASE("arrays of every kind become float32", "[saving]") {
  const Hdf5Reader file = reader_of("kinds.h5");
  const Tensor positive = {{0, 1, 2}, {100, 3, 7}};
  for (const char* kind : {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"})
    for (const char* order : {"", "be_"}) {
      const std::string path = std::string("kinds/") + order + kind;
      INFO(path);
      if (*order != 0 && kind[1] == '1') continue;
      REQUIRE(file.find(path));
      CHECK(file.find(path)->floating == (*kind == 'f'));
      CHECK(file.read(path, {2, 3}) == positive);
    }
  CHECK(file.read("packed/gzip", {2, 3}) == Tensor({{0, 1, -2}, {100, 3, 7}}));
  CHECK(file.read("kinds/nothing", {0, 4}).shape() == Shape{0, 4});
  CHECK(file.read_integer("kinds/scalar") == -7);
  CHECK(file.read_integer("kinds/integral") == 3);

  const Tensor special = file.read("kinds/special", {8});
  const Tensor half = file.read("kinds/half_special", {7});
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const Tensor& each : {special, half}) {
    CHECK(std::isnan(each.data()[0]));
    CHECK(each.data()[1] == infinity);
    CHECK(each.data()[2] == -infinity);
    CHECK(std::signbit(each.data()[each.size() - 1]));
  }
  CHECK(special.data()[3] == infinity);  // 1e300
  CHECK(special.data()[4] == std::numeric_limits<float>::denorm_min());
  CHECK(special.data()[5] == 0);
  CHECK(special.data()[6] == 0.1f);
  CHECK(half.data()[3] == std::ldexp(1.0f, -24));
  CHECK(half.data()[4] == 65504);
  CHECK(half.data()[5] == 0.0999755859375f);
}

TEST_CASE("arrays that are not read are refused with a reason", "[saving]") {
  const Hdf5Reader file = reader_of("kinds.h5");
  const std::vector<std::pair<std::string, std::string>> refusals = {
      {"refused/soft", "refused/soft is a soft or external link, which is not followed"},
      {"refused/external", "refused/external is a soft or external link, which is not followed"},
      {"refused/text",
       "refused/text holds values of a type that is not read, wanted floats of 16 "
       "to 64 bits or integers of 8 to 64"},
      {"refused/bool",
       "refused/bool holds values of a type that is not read, wanted floats of 16 "
       "to 64 bits or integers of 8 to 64"},
      {"refused/complex",
       "refused/complex holds values of a type that is not read, wanted floats "
       "of 16 to 64 bits or integers of 8 to 64"},
      {"refused/rank9", "refused/rank9 has 9 axes, wanted at most 8"},
      {"refused/elsewhere", "refused/elsewhere is stored in another file, which is not read"},
      {"refused/virtual", "refused/virtual is put together from other arrays, which is not read"},
      {"refused/chunk_bomb",
       "refused/chunk_bomb is stored in pieces of 268435456 bytes, although it has only 24"},
      {"packed/lzf", "packed/lzf is stored by filter 32000, wanted gzip, shuffle or fletcher32"},
      {"kinds/never_written", "kinds/never_written has no shape"},
      {"kinds", "kinds is a group, wanted an array"},
  };
  for (const auto& [path, reason] : refusals) {
    INFO(path);
    CHECK(refusal([&] { file.find(path); }) == "[test] kinds.h5: " + reason);
    CHECK(refusal([&] { file.read(path, {4}); }) == "[test] kinds.h5: " + reason);
  }
  CHECK(refusal([&] {
          file.read("kinds/f4", {3, 2});
        }) == "[test] kinds.h5: kinds/f4 has shape (2, 3), wanted (3, 2)");
  CHECK(refusal([&] { file.read("refused/huge", {4}); }) ==
        "[test] kinds.h5: refused/huge has shape (1099511627776,), wanted (4,)");
  CHECK(refusal([&] { file.read("kinds/f16", {4}); }) == "[test] kinds.h5: has no kinds/f16");
  CHECK(refusal([&] { file.read_integer("kinds/i8"); }) ==
        "[test] kinds.h5: kinds/i8 has shape (2, 3), wanted one integer");
  CHECK(refusal([&] { file.read_integer("kinds/fraction"); }) ==
        "[test] kinds.h5: kinds/fraction is 2.5, wanted an integer");

  const std::string whole = bytes_of("kinds.h5");
  for (const std::string& bytes : {std::string(), std::string("nothing"), whole.substr(0, 100),
                                   whole.substr(0, whole.size() - 1)})
    CHECK(refusal([&] { Hdf5Reader("test", "cut.h5", bytes); }) ==
          "[test] cut.h5: is no HDF5 file, or a damaged one");
}

TEST_CASE("a file that crashes HDF5 is damaged", "[saving]") {
  // Found by fuzzing: H5Lexists of HDF5 1.10.8 reads far outside of its memory.
  bool refused = false;
  for (const char* path : {"layers/dense/vars/0", "layers/dense/vars/1", "optimizer/vars/0"}) {
    const Hdf5Reader file = reader_of("../fuzz/seeds/hdf5/heap_crash.h5");
    refused |= refusal([&] {
                 file.read_integer(path);
               }).starts_with("[test] ../fuzz/seeds/hdf5/heap_crash.h5: is damaged: ");
  }
  CHECK(refused);
}

TEST_CASE("HDF5 files can be read and written in several threads", "[saving]") {
  const auto work = [](bool& ok) {
    for (int round = 0; round < 20 && ok; ++round) {
      Hdf5Writer writer("test");
      writer.write("a/b", Tensor({1, 2, 3}));
      const Hdf5Reader reader("test", "b", writer.finish());
      ok = reader.read("a/b", {3}) == Tensor({1, 2, 3});
    }
  };
  bool ok[3] = {true, true, true};
  {
    std::vector<std::thread> threads;
    for (bool& each : ok) threads.emplace_back(work, std::ref(each));
    for (std::thread& thread : threads) thread.join();
  }
  CHECK((ok[0] && ok[1] && ok[2]));
}

TEST_CASE("an HDF5 path is written once", "[saving]") {
  Hdf5Writer writer("test");
  writer.write("a/0", Tensor(1.0f));
  CHECK_THROWS_WITH(writer.write("a/0", Tensor(1.0f)), "[test] HDF5 cannot add a/0");
  writer.add_object("b", "name");
  CHECK_THROWS_AS(writer.add_object("b", "name"), std::logic_error);
  CHECK(Hdf5Reader("test", "a", writer.finish()).read("a/0", {}).item() == 1);
}

TEST_CASE("archives are written as Keras does, and read again", "[saving]") {
  const test::Folder folder;
  const std::string config = R"({"class_name": "Sequential"})", contents(100000, 'w');
  const std::string bytes = build_keras_archive(config, contents);
  // Three headers of 30 bytes and of 46, names, and 22 bytes at the end: nothing else.
  const std::size_t names = std::string(
                                "metadata.json"
                                "config.json"
                                "model.weights.h5")
                                .size();
  const std::size_t about =
      std::string(R"({"keras_version": "3.15.1", "date_saved": "2026-11-27@12:00:00"})").size();
  CHECK(bytes.size() == about + config.size() + contents.size() + 3 * (30 + 46) + 2 * names + 22);
  CHECK(bytes.find(R"({"keras_version": "3.15.1", "date_saved": "20)") == 30 + 13);
  CHECK(bytes.substr(10, 4) == std::string("\0\0\x21\0", 4));  // 1980-01-01 00:00
  const std::string path = folder / "m.keras";
  write_file("test", path, bytes);
  const KerasArchive archive("test", path);
  CHECK(archive.config() == config);
  CHECK(archive.weights(100000) == contents);
  CHECK(folder.refusal([&] { archive.weights(99999); }) ==
        "[test] m.keras: model.weights.h5 has 100000 bytes, wanted at most 99999");
}

TEST_CASE("damaged archives are refused with a reason", "[saving]") {
  const test::Folder folder;
  const std::string whole = bytes_of("small.keras"), deflated = bytes_of("deflated.keras");
  const auto open = [&](const std::string& bytes) {
    const std::string path = folder.file("m.keras", bytes);
    return folder.refusal([&] {
      const KerasArchive archive("test", path);
      archive.config();
      archive.weights(plenty);
    });
  };
  const auto changed = [](std::string bytes, std::size_t at, char value) {
    bytes.at(at) = value;
    return bytes;
  };
  REQUIRE(open(whole) == "no error");
  const std::string none = "[test] m.keras: is no .keras archive: ";
  CHECK(open("") == none + "Not a zip archive");
  CHECK(open("PK") == none + "Not a zip archive");
  CHECK(open(whole.substr(0, whole.size() - 10)) == none + "Not a zip archive");
  CHECK(open("junk" + whole) == none + "Not a zip archive");
  CHECK(open(whole + "junk") == none + "Zip archive inconsistent");
  CHECK(folder.refusal([&] { KerasArchive("test", folder / "missing"); }) ==
        "[test] missing: cannot be opened: No such file");
  // A byte of the stored weights, and of the deflated ones.
  CHECK(open(changed(whole, whole.size() / 2, 'x')) ==
        "[test] m.keras: model.weights.h5 is damaged: CRC error");
  const std::string error = open(changed(deflated, deflated.size() / 2, 'x'));
  CHECK(error.starts_with("[test] m.keras: model.weights.h5 is damaged: "));
  // Another name for the weights.
  std::string renamed = whole;
  for (std::size_t at; (at = renamed.find("model.weights.h5")) != std::string::npos;)
    renamed.replace(at, 5, "MODEL");
  CHECK(open(renamed) == "[test] m.keras: has no member model.weights.h5");
}

#endif
