// .safetensors files: a model's weights there and back, files of the format's own library, and bad
// files refused one by one.
#ifdef KERATIN_HAS_KERAS_FILES

#include <filesystem>
#include <keratin/keratin.hpp>

#include "core/files.hpp"
#include "saving/safetensors.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using namespace keratin::test;

namespace {

const std::string tests = std::string(KERATIN_GOLDEN_DIR) + "/../";
const Tensor x = Tensor::from({2, 3}, std::vector<float>{.1f, .9f, -.3f, .4f, .2f, .7f});
const Tensor y = Tensor::from({2, 2}, std::vector<float>{1, 0, 0, 1});

SafetensorsReader reader(const std::string& path) {
  return {"test", std::filesystem::path(path).filename().string(),
          read_file("test", path, 1 << 26)};
}

// A file with that header and so many bytes behind it.
std::string file_with(const std::string& header, std::size_t bytes) {
  std::string text;
  for (int i = 0; i < 8; ++i) text += static_cast<char>(header.size() >> (8 * i));
  return text + header + std::string(bytes, '\1');
}

std::string refusal(const std::string& bytes) {
  return message<std::runtime_error>([&] { SafetensorsReader("test", "file", bytes); });
}

Sequential model_of(int units, CompileOptions options = {.optimizer = "adam", .loss = "mse"}) {
  Sequential inner({Dense({.units = units, .activation = "tanh", .name = "hidden"})},
                   {.name = "inner"});
  Sequential model({Input({3}), std::make_shared<Sequential>(std::move(inner)),
                    BatchNormalization({.name = "norm"}), Dense(2, DenseOptions{.name = "hidden"})},
                   {.name = "small"});
  model.compile(std::move(options));
  return model;
}

}  // namespace

TEST_CASE("files of the format's own library are read", "[safetensors]") {
  const SafetensorsReader file = reader(tests + "arrays/types.safetensors");
  const Tensor expected = {{0, 1, 2}, {100, 3, 7}};
  for (const char* type : {"uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
                           "float16", "bfloat16", "float32", "float64"}) {
    CAPTURE(type);
    CHECK(file.read(type, {2, 3}) == expected);
  }
  CHECK(file.read("bool", {2, 3}) == Tensor{{0, 0, 1}, {1, 1, 1}});
  CHECK(file.read("empty", {0, 4}).size() == 0);
  CHECK(file.read_integer("scalar") == -5);
  CHECK(file.entries().size() == 15);
  CHECK(file.texts() == SafetensorsTexts{{"format", "pt"}, {"öl", "a \"quoted\" text"}});
  CHECK(file.find("int") == nullptr);
  const auto wrong = [](const auto& work) { return message<std::runtime_error>(work); };
  CHECK(wrong([&] {
          file.read("int8", {3, 2});
        }) == "[test] types.safetensors: 'int8' has shape (2, 3), wanted (3, 2)");
  CHECK(wrong([&] { file.read("int", {}); }) == "[test] types.safetensors: has no array 'int'");
  CHECK(wrong([&] { file.read_integer("int8"); }) ==
        "[test] types.safetensors: 'int8' has shape (2, 3), wanted ()");
}

TEST_CASE("arrays of all types are written, each aligned", "[safetensors]") {
  const std::vector<std::uint8_t> bytes = {1, 2, 3};
  const std::vector<double> doubles = {1.5, -2};
  const std::int64_t integer = 1LL << 40;
  const Tensor floats = {{1, 2}};
  const SafetensorsReader file(
      "test", "file",
      build_safetensors(
          "test", {{"a", bytes}, {"b", floats}, {"c", doubles}, {"d", ArrayView({}, &integer)}},
          {{"key", "text"}}));
  CHECK(file.read("a", {3}) == Tensor{1, 2, 3});
  CHECK(file.read("b", {1, 2}) == floats);
  CHECK(file.read("c", {2}) == Tensor{1.5, -2});
  CHECK(file.read_integer("d") == integer);
  CHECK(file.texts() == SafetensorsTexts{{"key", "text"}});
  for (const SafetensorsReader::Entry& entry : file.entries())
    CHECK(entry.offset % size_of(entry.type) == 0);
  CHECK(SafetensorsReader("test", "file", build_safetensors("test", {})).entries().empty());
  CHECK(message([&] {
          build_safetensors("save", {{"a", bytes}, {"b", floats}, {"a", floats}});
        }) == "[save] two arrays are named 'a'");
  CHECK(message([&] {
          build_safetensors("save", {{"__metadata__", bytes}});
        }) == "[save] an array is named '__metadata__'");
  const std::string long_text(1 << 22, 'x');
  CHECK(message([&] {
          build_safetensors("save", {}, {{"a", long_text}});
        }) == "[save] names and texts take 4194336 bytes, wanted at most 4194304");
  CHECK(refusal(file_with("{\"__metadata__\":{\"a\":\"" + long_text + "\"}}", 0)) ==
        "[test] file: has a header of 4194329 bytes, wanted at most 4194304");
}

TEST_CASE("weights and the optimizer's state go there and back", "[safetensors][saving]") {
  const Folder folder;
  const std::string path = folder / "model.safetensors";
  for (const char* optimizer : {"sgd", "adam", "nadam", "rmsprop", "adafactor", "muon"}) {
    CAPTURE(optimizer);
    Sequential model = model_of(4, {.optimizer = optimizer, .loss = "mse"});
    for (int i = 0; i < 3; ++i) model.train_on_batch(x, y);
    model.optimizer().set_learning_rate(0.0123);
    model.save_weights(path);
    Sequential other = model_of(4, {.optimizer = optimizer, .loss = "mse"});
    other.load_weights(path);
    CHECK(other.optimizer().calls() == 3);
    CHECK(other.optimizer().learning_rate() == static_cast<double>(0.0123f));
    model.optimizer().set_learning_rate(0.0123f);
    for (int i = 0; i < 3; ++i) {
      model.train_on_batch(x, y);
      other.train_on_batch(x, y);
    }
    CHECK(other.get_weights() == model.get_weights());
  }
  // Names are those that docs/saving.md promises.
  Sequential model = model_of(4);
  model.save_weights(path);
  const SafetensorsReader file = reader(path);
  CHECK(file.texts() == SafetensorsTexts{{"model", "small"}, {"optimizer", "adam"}});
  CHECK(
      joined(file.entries(), [](const auto& entry) { return entry.name; }) ==
      "hidden/bias, hidden/kernel, inner/hidden/bias, inner/hidden/kernel, norm/beta, norm/gamma, "
      "norm/moving_mean, norm/moving_variance, "
      "optimizer/hidden/bias/momentum, optimizer/hidden/bias/velocity, "
      "optimizer/hidden/kernel/momentum, optimizer/hidden/kernel/velocity, "
      "optimizer/inner/hidden/bias/momentum, optimizer/inner/hidden/bias/velocity, "
      "optimizer/inner/hidden/kernel/momentum, optimizer/inner/hidden/kernel/velocity, "
      "optimizer/iteration, optimizer/learning_rate, "
      "optimizer/norm/beta/momentum, optimizer/norm/beta/velocity, "
      "optimizer/norm/gamma/momentum, optimizer/norm/gamma/velocity");
}

TEST_CASE("the models that Keras saved keep their weights", "[safetensors][saving]") {
  const Folder folder;
  int models = 0;
  for (const auto& entry : std::filesystem::directory_iterator(tests + "keras_files/models")) {
    if (entry.path().extension() != ".keras") continue;
    CAPTURE(entry.path().filename().string());
    const std::string path = folder / entry.path().stem().string() + ".safetensors";
    const Sequential model = saving::load_model(entry.path().string());
    model.save_weights(path);
    Sequential other = saving::load_model(entry.path().string());
    std::vector<Tensor> zeros = other.get_weights();
    for (Tensor& weight : zeros) weight.fill(0);
    other.set_weights(zeros);
    if (other.compiled()) other.optimizer().set_calls(0);
    other.load_weights(path);
    CHECK(other.get_weights() == model.get_weights());
    if (model.compiled()) CHECK(other.optimizer().calls() == model.optimizer().calls());
    ++models;
  }
  CHECK(models > 15);
}

TEST_CASE("weights of another model are refused", "[safetensors][saving]") {
  const Folder folder;
  const std::string path = folder / "model.safetensors";
  Sequential model = model_of(4);
  model.train_on_batch(x, y);
  model.save_weights(path);
  Sequential other({Input({3}), Dense(5, DenseOptions{.name = "hidden"}),
                    Dense(1, DenseOptions{.name = "last"})});
  other.compile({.optimizer = "sgd", .loss = "mse"});
  const auto before = other.get_weights();
  CHECK(message([&] { other.load_weights(path); }) ==
        "[load_weights] 4 weights of the model do not fit: "
        "hidden/kernel has shape (3, 5), the file's has shape (4, 2), "
        "hidden/bias has shape (5,), the file's has shape (2,), "
        "last/kernel is not in the file, where it would be 'last/kernel', "
        "last/bias is not in the file, where it would be 'last/bias'. "
        "skip_mismatch loads the others");
  CHECK(other.get_weights() == before);
  Sequential no_bias({Input({4}), Dense(2, DenseOptions{.use_bias = false, .name = "hidden"})});
  CHECK(message([&] { no_bias.load_weights(path); }) ==
        "[load_weights] 1 weights of the model do not fit: hidden/bias is in the file, but not in "
        "the model. skip_mismatch loads the others");
  no_bias.load_weights(path, {.skip_mismatch = true});
  CHECK(no_bias.get_weights()[0] == model.get_layer("hidden").variables()[0]->value);
  // Another optimizer keeps its state.
  Sequential with_sgd = model_of(4, {.optimizer = "sgd", .loss = "mse"});
  with_sgd.load_weights(path);
  CHECK(with_sgd.get_weights() == model.get_weights());
  CHECK(with_sgd.optimizer().calls() == 0);
  CHECK(message([&] { model.save_weights(folder / "model.safetensor"); }) ==
        "[save_weights] got the path '" + folder / "model.safetensor" +
            "', wanted one that ends in .weights.h5 or .safetensors");
}

TEST_CASE("bad .safetensors files are refused", "[safetensors]") {
  const std::string start = "[test] file: ";
  CHECK(refusal("") == start + "is no .safetensors file: it has 0 bytes");
  CHECK(refusal("1234567") == start + "is no .safetensors file: it has 7 bytes");
  CHECK(refusal(std::string(8, '\0')) ==
        start + "is no .safetensors file: its header does not start with '{'");
  CHECK(refusal(std::string(8, '\xff') + "{}") ==
        start + "says that its header has 18446744073709551615 bytes, but only 2 follow");
  CHECK(refusal(file_with("{}", 0).substr(0, 9)) ==
        start + "says that its header has 2 bytes, but only 1 follow");
  CHECK(refusal(file_with("{}", 0)) == "no error");
  CHECK(refusal(file_with("{}    ", 0)) == "no error");
  CHECK(refusal(file_with("{}", 1)) == start + "has 11 bytes, but its arrays end after 10");
  CHECK(refusal(file_with(" {}", 0)) ==
        start + "is no .safetensors file: its header does not start with '{'");
  CHECK(refusal(file_with("{} {}", 0)).starts_with(start + "its header is no JSON: "));
  CHECK(refusal(file_with("{", 0)).starts_with(start + "its header is no JSON: "));
  CHECK(refusal(file_with(R"({"a": )" + std::string(100000, '['), 0)) ==
        start + "its header is no JSON: more than 200 levels");

  const auto with = [](const std::string& entries, std::size_t bytes = 8) {
    return refusal(file_with("{" + entries + "}", bytes));
  };
  const auto entry = [&](const std::string& description, std::size_t bytes = 8) {
    return with("\"a\": " + description, bytes);
  };
  const std::string of_a = start + "the header's entry of 'a' ";
  CHECK(entry(R"({"dtype": "F32", "shape": [2], "data_offsets": [0, 8]})") == "no error");
  for (const char* wrong : {"1", "null", "[]", R"({"dtype": "F32", "shape": [2]})",
                            R"({"dtype": "F32", "shape": [2], "data_offsets": [0, 8], "more": 1})"})
    CHECK(entry(wrong) == of_a + "has not dtype, shape and data_offsets alone");
  CHECK(entry(R"({"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]})") ==
        of_a +
            "has the dtype \"F8_E4M3\", wanted one of BOOL, U8, I8, I16, U16, I32, U32, I64, "
            "U64, F16, BF16, F32, F64");
  CHECK(entry(R"({"dtype": 5, "shape": [2], "data_offsets": [0, 8]})")
            .starts_with(of_a + "has the dtype 5, wanted one of "));
  CHECK(entry(R"({"dtype": "F32", "shape": 2, "data_offsets": [0, 8]})") ==
        of_a + "shape is no list of at most 8 sizes");
  CHECK(entry(R"({"dtype": "F32", "shape": [1,1,1,1,1,1,1,1,2], "data_offsets": [0, 8]})") ==
        of_a + "shape is no list of at most 8 sizes");
  for (const char* size : {"-2", "2.0", "\"2\"", "null", "18446744073709551615"})
    CHECK(entry(R"({"dtype": "F32", "shape": [)" + std::string(size) +
                R"(], "data_offsets": [0, 8]})")
              .ends_with("among its shape, wanted a size"));
  for (const char* offsets : {"[0]", "[8, 0]", "[0, 9]", "[]", "[0, 9223372036854775807]"})
    CHECK(entry(R"({"dtype": "F32", "shape": [2], "data_offsets": )" + std::string(offsets) + "}")
              .ends_with("which are not in the file"));
  CHECK(entry(R"({"dtype": "F32", "shape": [3], "data_offsets": [0, 8]})") ==
        of_a + "says that 8 bytes hold F32 of shape [3]");
  // Products that are 8 in 64 bits.
  CHECK(entry(R"({"dtype": "U8", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]})", 0) ==
        of_a + "says that 0 bytes hold U8 of shape [4294967296, 4294967296]");
  CHECK(entry(R"({"dtype": "U8", "shape": [4294967296, 4294967296, 0], "data_offsets": [0, 0]})", 0)
            .starts_with(of_a + "says that 0 bytes hold"));

  const std::string first = R"("a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]})";
  const auto second = [](const std::string& name, int begin, int end) {
    return ", \"" + name + R"(": {"dtype": "U8", "shape": [)" + std::to_string(end - begin) +
           R"(], "data_offsets": [)" + std::to_string(begin) + ", " + std::to_string(end) + "]}";
  };
  CHECK(with(first + second("b", 4, 8)) == "no error");
  CHECK(with(first + second("a", 4, 8)) ==
        start + "its header is no JSON: an object has two values of 'a'");
  CHECK(with(first + second("b", 5, 8)).ends_with("where the array before it ends"));
  CHECK(with(first + second("b", 3, 8)).ends_with("where the array before it ends"));
  CHECK(with(first + second("b", 0, 4) + second("c", 4, 8))
            .ends_with("where the array before it ends"));
  CHECK(with(first + second("b", 4, 7)).find("but its arrays end after") != std::string::npos);

  CHECK(with(R"("__metadata__": {"a": "b", "c": ""})", 0) == "no error");
  CHECK(with(R"("__metadata__": [])", 0) == start + "'__metadata__' is no object of texts");
  CHECK(with(R"("__metadata__": {"a": 1})", 0) ==
        start + "'__metadata__' has 1 as 'a', wanted a text");
  CHECK(with(R"("__metadata__": {"a": "", "a": ""})", 0) ==
        start + "its header is no JSON: an object has two values of 'a'");
  CHECK(with(R"("__metadata__": {}, "__metadata__": {})", 0) ==
        start + "its header is no JSON: an object has two values of '__metadata__'");
}

TEST_CASE("a file larger than the model's weights can be is not read", "[safetensors][saving]") {
  const Folder folder;
  const std::string path = folder / "large.safetensors";
  folder.file("large.safetensors", "");
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
  Sequential model = model_of(4);
  CHECK(folder.refusal([&] { model.load_weights(path); })
            .starts_with("[load_weights] cannot read 'large.safetensors': it has 1099511627776 "
                         "bytes, expected at most "));
}

#endif
