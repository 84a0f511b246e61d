// The .h5 files that TF-Keras 2 and Keras 3 wrote of whole models: what is in them, the child
// process that reads their texts, and the models that load_model makes of them.

#ifdef KERATIN_HAS_KERAS_FILES

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "data/zip.hpp"
#include "keratin/datasets.hpp"
#include "keratin/keratin.hpp"
#include "saving/child_process.hpp"
#include "saving/legacy_file.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace keratin;

namespace {

const std::string files = std::string(KERATIN_GOLDEN_DIR) + "/../keras_files/";
const std::vector<std::string> versions = {"tf2", "keras3"};

std::string model_bytes(const std::string& version, const std::string& name) {
  const ZipArchive archive(files + version + "_models.zip", "test");
  const ZipMember& member = archive.member(name + ".h5");
  const auto source = archive.open(member);
  std::string bytes(static_cast<std::size_t>(member.size), '\0');
  source->read(bytes.data(), bytes.size());
  return bytes;
}

LegacyFile open_legacy(const std::string& version, const std::string& name) {
  return {"test", name + ".h5", model_bytes(version, name)};
}

std::string run(const std::function<std::string()>& work, const ChildLimits& limits = {}) {
  try {
    return ChildProcess(
               "test", "work", [&](std::string_view) { return work(); }, limits)
        .ask("");
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

// The models of a version of Keras, unpacked, and the numbers that go with them.
struct Models {
  explicit Models(const std::string& version)
      : numbers(datasets::load_npz(files + version + "_models.npz")) {
    const ZipArchive archive(files + version + "_models.zip", "test");
    for (const ZipMember& member : archive.members())
      folder.file(member.name, model_bytes(version, member.name.substr(0, member.name.find('.'))));
  }
  std::string path(const std::string& name) const { return folder / (name + ".h5"); }
  bool has(const std::string& name) const { return numbers.contains(name); }
  Tensor tensor(const std::string& name) const {
    const Array& array = numbers.at(name);
    return Tensor::from(array.shape(), array.values<float>());
  }

  test::Folder folder;
  std::map<std::string, Array> numbers;
};

float largest_difference(const Tensor& got, const Tensor& wanted) {
  REQUIRE(got.shape() == wanted.shape());
  float difference = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    difference = std::max(difference, std::abs(got.data()[i] - wanted.data()[i]));
  return difference;
}

void check_history(const History& history, const Models& models, const std::string& name) {
  for (const auto& [key, array] : models.numbers) {
    const std::string start = name + ".history_";
    if (!key.starts_with(start)) continue;
    INFO(key);
    const Tensor wanted = models.tensor(key);
    const auto& got = history[key.substr(start.size())];
    REQUIRE(got.size() == wanted.size());
    for (std::size_t epoch = 0; epoch < got.size(); ++epoch)
      CHECK(got[epoch] == Approx(static_cast<double>(wanted.data()[epoch])).epsilon(1e-5));
  }
}

const std::string failed =
    "[test] work: is damaged: reading it takes too much time or memory, or crashes";

}  // namespace

TEST_CASE("legacy files are taken apart", "[saving]") {
  for (const std::string& version : versions) {
    INFO(version);
    const auto numbers = datasets::load_npz(files + version + "_models.npz");
    const LegacyFile dense = open_legacy(version, "dense");
    REQUIRE(dense.model_config());
    CHECK(dense.model_config()->starts_with(R"({"class_name": "Sequential", "config": {"name": )"));
    REQUIRE(dense.training_config());
    CHECK(dense.training_config()->find("sparse_categorical_crossentropy") != std::string::npos);
    REQUIRE(dense.layers().size() == 3);
    CHECK(dense.layers()[0].name == "hidden");
    CHECK(dense.layers()[1].name == "batch_normalization");
    CHECK(dense.layers()[1].weights.size() == 4);
    std::size_t index = 0;
    for (const LegacyLayer& layer : dense.layers())
      for (const LegacyWeight& weight : layer.weights) {
        INFO(weight.path);
        const auto found = dense.arrays().find(weight.path);
        REQUIRE(found);
        const Tensor values = dense.arrays().read(weight.path, found->shape);
        // The archive of numbers has them in Keras's order of all weights, which is that of layers.
        const Array& wanted = numbers.at("dense.weight" + std::to_string(index++));
        CHECK(values == Tensor::from(wanted.shape(), wanted.values<float>()));
      }
    CHECK(index == 8);
    // The number of steps, the learning rate in Keras 3, and two slots for each of six variables.
    CHECK(dense.optimizer_weights().size() == (version == "tf2" ? 13 : 14));
    CHECK(dense.arrays().read_integer(dense.optimizer_weights()[0].path) == 6);

    const LegacyFile conv = open_legacy(version, "conv");
    REQUIRE(conv.layers().size() == 11);
    CHECK(conv.layers()[2].name == "leaky_re_lu");
    CHECK(conv.layers()[2].weights.empty());
    const LegacyFile plain = open_legacy(version, "embedding");
    CHECK_FALSE(plain.training_config());
    CHECK(plain.optimizer_weights().empty());
  }
  const LegacyFile weights = open_legacy("tf2", "weights");
  CHECK_FALSE(weights.model_config());
  CHECK(weights.layers().size() == 3);
  CHECK(weights.layers()[0].weights[0].path == "hidden/hidden/kernel:0");
  CHECK(weights.arrays().read("hidden/hidden/kernel:0", {3, 4}).shape() == Shape{3, 4});
}

TEST_CASE("texts of HDF5 are read in every form", "[saving]") {
  std::ifstream file(files + "texts.h5", std::ios::binary);
  const Hdf5Reader reader("test", "texts.h5", {std::istreambuf_iterator<char>(file), {}});
  using List = std::vector<std::string>;
  const std::vector<Hdf5Texts> texts = reader.read_texts({{"", "ascii"},
                                                          {"", "utf8"},
                                                          {"", "fixed"},
                                                          {"", "list"},
                                                          {"", "fixed_list"},
                                                          {"", "empty_list"},
                                                          {"", "empty"},
                                                          {"", "missing"},
                                                          {"no/group", "list"},
                                                          {"group", "split"}});
  CHECK(texts[0] == List{"some text"});
  CHECK(texts[1] == List{"gr\xc3\xbc\xc3\x9f"
                         "e"});
  CHECK(texts[2] == List{"fixed"});
  CHECK(texts[3] == List{"one", "", "three"});
  CHECK(texts[4] == List{"one", "", "three"});
  CHECK(texts[5] == List{});
  CHECK(texts[6] == List{""});
  CHECK_FALSE(texts[7]);
  CHECK_FALSE(texts[8]);
  REQUIRE(texts[9]);
  CHECK(texts[9]->size() == 25);
  CHECK(texts[9]->front() == "weight_00_" + std::string(50, 'x'));
  CHECK(texts[9]->back() == "weight_24_" + std::string(50, 'x'));
  const auto refused = [&](const Hdf5Attribute& attribute) {
    try {
      reader.read_texts({attribute});
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(refused({"", "numbers"}) == "[test] texts.h5: attribute numbers holds no text");
  CHECK(refused({"soft", "list"}) ==
        "[test] texts.h5: soft is a soft or external link, which is not followed");
}

TEST_CASE("a child process does what it is told", "[saving]") {
  CHECK(run([] { return std::string("result"); }) == "result");
  CHECK(run([] { return std::string(); }).empty());
  CHECK(run([] { return std::string(3 << 20, 'x'); }) == std::string(3 << 20, 'x'));
  CHECK(run([]() -> std::string { throw std::runtime_error("[there] reason"); }) ==
        "[there] reason");
}

TEST_CASE("a child process answers questions until it fails", "[saving]") {
  int asked = 0;  // in the child
  ChildProcess child("test", "work", [&](std::string_view question) -> std::string {
    if (question == "throw") throw std::runtime_error("[there] reason");
    if (question == "zeros") return std::string(40 << 20, '\0');
    return std::string(question) + std::to_string(++asked);
  });
  CHECK(child.ask("a") == "a1");
  CHECK_THROWS_WITH(child.ask("throw"), "[there] reason");
  CHECK(child.ask(std::string(1 << 20, 'b')) == std::string(1 << 20, 'b') + "2");
  std::string large(40 << 20, 'x');  // a larger answer than it may give unless it is asked for
  child.ask("zeros", large);
  CHECK((large == std::string(40 << 20, '\0')));
  CHECK(asked == 0);
  std::string another_size(1, ' ');
  CHECK_THROWS_WITH(child.ask("c", another_size), failed);
  CHECK_THROWS_WITH(child.ask("d"), failed);
  ChildProcess crashing("test", "work", [](std::string_view) -> std::string { std::abort(); });
  CHECK_THROWS_WITH(crashing.ask("a"), failed);
  CHECK_THROWS_WITH(crashing.ask("a"), failed);
}

TEST_CASE("what goes wrong in a child process is an error", "[saving]") {
  CHECK(run([]() -> std::string { std::abort(); }) == failed);
  CHECK(run([]() -> std::string {
          const volatile int* const nowhere = nullptr;
          return std::to_string(*nowhere);
        }) == failed);
  CHECK(run([]() -> std::string { _exit(0); }) == failed);
  CHECK(run([]() -> std::string { throw 1; }) == failed);
  CHECK(run([]() -> std::string { return std::string(33 << 20, 'x'); }) == failed);

  const auto endless = []() -> std::string {
    for (std::atomic<unsigned> i = 0;; ++i) {
    }
  };
  const auto start = std::chrono::steady_clock::now();
  CHECK(run(endless, {.cpu_seconds = 0.1}) == failed);
  CHECK(run(endless, {.cpu_seconds = 100, .wall_seconds = 0.1}) == failed);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a child process has little memory and no files", "[saving]") {
  const auto allocate = [](std::size_t bytes) {
    return run([bytes]() -> std::string {
      std::vector<char> all(bytes);
      for (std::size_t i = 0; i < bytes; i += 4096) all[i] = 1;
      return "enough";
    });
  };
  CHECK(allocate(1 << 20) == "enough");
  CHECK(allocate(std::size_t{1} << 30) == failed);
  const test::Folder folder;
  const std::string path = folder.file("secret", "text");
  CHECK(run([&] { return std::string(std::ifstream(path) ? "open" : "closed"); }) == "closed");
  CHECK(run([&] { return std::string(std::ofstream(path) ? "open" : "closed"); }) == "closed");
  CHECK(run([] { return std::string(fork() < 0 ? "alone" : "not alone"); }) == "alone");
  CHECK(run([] { return std::string(kill(getppid(), 0) < 0 ? "alone" : "not alone"); }) == "alone");
}

TEST_CASE("child processes work while other threads do", "[saving]") {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {  // keeps the locks of malloc busy
      while (!stop) std::vector<std::string> strings(100, std::string(1000, 'x'));
    });
  bool same = true;
  for (int i = 0; i < 20; ++i)
    same = same && run([i] { return std::string(static_cast<std::size_t>(i) * 10000, 'y'); }) ==
                       std::string(static_cast<std::size_t>(i) * 10000, 'y');
  std::string elsewhere;
  std::thread([&] {  // which has memory of its own in malloc
    elsewhere = run([] {
      std::vector<std::string> strings(10000, std::string(1000, 'z'));
      return strings.back();
    });
  })
      .join();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(same);
  CHECK(elsewhere == std::string(1000, 'z'));
}

TEST_CASE("files that are no legacy models are refused", "[saving]") {
  const auto refused = [](const std::string& bytes) {
    try {
      LegacyFile("test", "m.h5", bytes);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(refused("nothing") == "[test] m.h5: is no HDF5 file, or a damaged one");
  Hdf5Writer writer("test");
  writer.add_object("", "name");
  CHECK(refused(writer.finish()) == "[test] m.h5: is no .h5 file of Keras: it has no layer_names");
  // A damaged global heap, which texts are in: its size, and the index of its first text.
  const std::string whole = model_bytes("tf2", "dense");
  REQUIRE(refused(whole) == "no error");
  const std::size_t heap = whole.find("GCOL");
  for (const std::size_t at : {heap + 8, heap + 9, heap + 11, heap + 16, heap + 24, heap + 27})
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string damaged = whole;
      damaged.at(at) = value;
      const std::string reason = refused(damaged);
      INFO(at - heap << ' ' << static_cast<int>(value) << ' ' << reason);
      CHECK(reason.starts_with(reason == "no error" ? "" : "[test] m.h5: "));
    }
}

TEST_CASE("legacy models predict and train on as they did", "[saving]") {
  for (const std::string& version : versions) {
    const Models models(version);
    for (const std::string name :
         {"dense", "conv", "nested", "sgd", "amsgrad", "adamax", "nadam", "ftrl", "adagrad",
          "adadelta", "decay", "rmsprop", "embedding"}) {
      INFO(version << ' ' << name);
      Sequential model = saving::load_model(models.path(name));
      const Tensor x = models.tensor(name + ".x");
      const auto predictions = [&] { return model.predict(x, {.verbose = 0}); };
      CHECK(largest_difference(predictions(), models.tensor(name + ".predictions")) < 1e-6f);
      CHECK(model.compiled() == models.has(name + ".y"));
      if (!model.compiled()) continue;
      CHECK(model.optimizer().calls() > 0);
      if (version == "tf2" && name == "nadam") continue;  // keratin trains by Keras 3's rule
      const History history =
          model.fit(x, models.tensor(name + ".y"),
                    {.batch_size = 4, .epochs = 2, .verbose = 0, .shuffle = false});
      check_history(history, models, name);
      CHECK(largest_difference(predictions(), models.tensor(name + ".later_predictions")) < 1e-6f);
    }
  }
}

TEST_CASE("weights of legacy files are loaded into models of other names", "[saving]") {
  using namespace layers;
  const Models models("tf2");
  const auto make = [](int units) {
    Sequential model({Input({3}), Dense(units, "relu"), BatchNormalization(), Dense(2, "softmax")});
    return model;
  };
  // The weights alone were saved later.
  for (const auto& [name, wanted] : std::map<std::string, std::string>{
           {"dense", "dense.predictions"}, {"weights", "dense.later_predictions"}}) {
    INFO(name);
    Sequential model = make(4);
    model.load_weights(models.path(name));
    CHECK(largest_difference(model.predict(models.tensor("dense.x"), {.verbose = 0}),
                             models.tensor(wanted)) < 1e-6f);
  }
  Sequential other = make(5);
  const std::vector<Tensor> before = other.get_weights();
  const std::string layer = "layer 1, " + other.layers()[0]->name;
  const std::string refusal = models.folder.refusal<std::invalid_argument>(
      [&] { other.load_weights(models.path("weights")); });
  INFO(refusal);
  CHECK(refusal.starts_with("[load_weights] weights of the model do not fit: " + layer +
                            ": kernel has shape (3, 5), the file's 'hidden/kernel:0' has shape "
                            "(3, 4), " +
                            layer +
                            ": bias has shape (5,), the file's 'hidden/bias:0' has shape (4,), "));
  CHECK(other.get_weights() == before);
}

#endif
