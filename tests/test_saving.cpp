// Models in files that this library wrote, and what is refused. Keras's own files:
// test_saving_golden.cpp.
#ifdef KERATIN_HAS_KERAS_FILES

#include <filesystem>
#include <fstream>
#include <keratin/keratin.hpp>
#include <limits>

#include "data/zip_writer.hpp"
#include "saving/json.hpp"
#include "saving/keras_archive.hpp"
#include "saving/weight_files.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"
#include "support/message.hpp"

using namespace keratin;
using namespace keratin::layers;
using namespace keratin::test;

namespace {

const Tensor x = Tensor::from(
    {4, 3}, std::vector<float>{.1f, .9f, -.3f, .4f, .2f, .7f, -.8f, .6f, .5f, -.1f, .3f, .2f});
const Tensor y = Tensor::from({4, 2}, std::vector<float>{1, 0, 0, 1, 1, 1, 0, 0});

Sequential small(CompileOptions options = {.optimizer = "adam", .loss = "mse"}) {
  Sequential model({Input({3}), Dense(4, "tanh"), BatchNormalization(), Dense(2)},
                   {.name = "small"});
  model.compile(std::move(options));
  return model;
}

// A layer of a program's own.
struct ScaleOptions {
  double factor = 1;
  std::string name = "";
};
template <class V>
void fields(V& v, ScaleOptions& o) {
  v("factor", o.factor);
  v("name", o.name);
}
class Scale : public Configured<Layer, ScaleOptions> {
 public:
  using Configured::Configured;
  Node call(Node input, bool) override { return input * static_cast<float>(options().factor); }
};

}  // namespace

TEST_CASE("a loaded model goes on exactly where it was saved", "[saving]") {
  const Folder folder;
  for (const char* optimizer : {"sgd", "rmsprop", "adam", "adamw", "adagrad", "adadelta", "adamax",
                                "nadam", "ftrl", "lion", "adafactor", "lamb", "muon"}) {
    CAPTURE(optimizer);
    Sequential model = small({.optimizer = optimizer, .loss = "mse", .metrics = {"mae"}});
    for (int i = 0; i < 3; ++i) model.train_on_batch(x, y);
    model.optimizer().set_learning_rate(0.0123);
    model.save(folder / "model.keras");
    Sequential loaded = saving::load_model(folder / "model.keras");
    CHECK(loaded.optimizer().calls() == 3);
    CHECK(loaded.optimizer().learning_rate() == 0.0123);
    for (int i = 0; i < 3; ++i) {
      const Logs before = model.train_on_batch(x, y), after = loaded.train_on_batch(x, y);
      CHECK(after["loss"] == before["loss"]);
      CHECK(after["mae"] == before["mae"]);
    }
    CHECK(loaded.get_weights() == model.get_weights());
  }
}

TEST_CASE("weights travel alone", "[saving]") {
  const Folder folder;
  Sequential model = small();
  model.train_on_batch(x, y);
  model.save_weights(folder / "some.weights.h5");
  model.save(folder / "some.keras");
  for (const char* file : {"some.weights.h5", "some.keras"}) {
    Sequential other = small();
    other.load_weights(folder / file);
    CHECK(other.get_weights() == model.get_weights());
    CHECK(other.optimizer().calls() == 1);
  }
}

TEST_CASE("a description as JSON makes the model again", "[saving]") {
  Sequential inner({Dense(4, {.kernel_regularizer = "l2"}), Dropout(0.5, {.seed = 3})},
                   {.name = "inner"});
  Sequential model({Input({3}), std::make_shared<Sequential>(std::move(inner)), Dense(1)});
  const Sequential again = saving::model_from_json(model.to_json());
  CHECK(again.to_json() == model.to_json());
  CHECK(again.built());
  CHECK_FALSE(again.compiled());
  const Sequential unbuilt = saving::model_from_json(Sequential({Dense(2)}).to_json());
  CHECK_FALSE(unbuilt.built());
  // An Input is not needed where the model was built.
  Sequential without_input({Dense(2)});
  without_input.build({5});
  CHECK(saving::model_from_json(without_input.to_json()).input_shape() == Shape{5});
}

TEST_CASE("classes of the program's own are saved and loaded by name", "[saving]") {
  const Folder folder;
  Sequential model({Input({3}), Scale({.factor = 2.5}), Dense(2)});
  model.save(folder / "own.keras");
  const std::string refusal = message([&] { saving::load_model(folder / "own.keras"); });
  CHECK(refusal.starts_with("[load_model] " + (folder / "own.keras") +
                            ": [layers] layer 1, named \"scale"));
  CHECK(refusal.find("there is no layer 'Scale' among: ") != std::string::npos);
  Sequential loaded =
      saving::load_model(folder / "own.keras", {.custom_objects = {custom_object<Scale>("Scale")}});
  CHECK(loaded.predict(x, {.verbose = 0}) == model.predict(x, {.verbose = 0}));
}

TEST_CASE("what cannot be described is left out with a warning, or refused", "[saving]") {
  const Folder folder;
  Sequential model =
      small({.optimizer = "sgd", .loss = [](Node t, Node p) { return ops::square(t - p); }});
  model.save(folder / "function.keras");
  CHECK_FALSE(saving::load_model(folder / "function.keras").compiled());
  CHECK(message([&] { model.save(folder / "model.h5"); }) ==
        "[save] got the path '" + folder / "model.h5" +
            "', wanted one that ends in .keras; save_weights() writes other formats");
  CHECK(message([] { Sequential({Dense(2)}, {.name = "empty"}).save("x.keras"); }) ==
        "[save] empty has no weights yet: give it an Input, call build(), or fit it");
  CHECK(folder.refusal([&] { model.save(folder / "missing/model.keras"); }) ==
        "[save] cannot write 'missing/model.keras': No such file or directory");
}

TEST_CASE("weights that do not fit are named, and nothing changes", "[saving]") {
  const Folder folder;
  small().save_weights(folder / "small.weights.h5");
  Sequential other({Input({3}), Dense(4, "tanh"), BatchNormalization(), Dense(5)},
                   {.name = "other"});
  const auto before = other.get_weights();
  const std::string last = other.get_layer(2).name;
  CHECK(message([&] { other.load_weights(folder / "small.weights.h5"); }) ==
        "[load_weights] 2 weights of the model do not fit: " + last +
            "/kernel has shape (4, 5), "
            "the file's has shape (4, 2), " +
            last +
            "/bias has shape (5,), the file's has shape (2,). "
            "skip_mismatch loads the others");
  CHECK(other.get_weights() == before);
  other.load_weights(folder / "small.weights.h5", {.skip_mismatch = true});
  CHECK(other.get_weights()[0] != before[0]);
  CHECK(other.get_weights()[6] == before[6]);
}

TEST_CASE("descriptions that are wrong are refused with their place", "[saving]") {
  const auto refusal = [](const std::string& json) {
    return message([&] { saving::model_from_json(json); });
  };
  const auto with_layer = [&](const std::string& layer) {
    return refusal(R"({"class_name": "Sequential", "config": {"name": "m", "layers": [)" + layer +
                   "]}}");
  };
  CHECK(refusal(R"({"class_name": "Functional", "config": {}})") ==
        "[model_from_json] the model is a \"Functional\", keratin has Sequential only");
  CHECK(refusal("[]") == "[model_from_json] the model's description has no 'class_name'");
  CHECK(with_layer(R"({"class_name": "LSTM", "config": {"name": "memory", "units": 3}})")
            .starts_with("[layers] layer 0, named \"memory\" of class \"LSTM\": [layer] there is "
                         "no layer 'LSTM'"));
  CHECK(with_layer(R"({"class_name": "Dense", "config": {"units": 5.5}})")
            .ends_with("[Dense] units is 5.5, wanted an integer"));
  CHECK(with_layer(R"({"class_name": "Dense", "config": {"units": 1000000000}}, )"
                   R"({"class_name": "InputLayer", "config": {"batch_shape": [null, 2]}})")
            .ends_with("an Input comes first, and once"));
  CHECK(with_layer(R"({"class_name": "Flatten", "config": {"data_format": "channels_first"}})")
            .find("there is no field 'data_format'") != std::string::npos);
  CHECK(message<std::runtime_error>([] { saving::model_from_json(std::string(100000, '[')); }) ==
        "[model_from_json] is no JSON: more than 200 levels");
  CHECK_THROWS_AS(saving::model_from_json("{\"class_name\": "), std::runtime_error);
}

namespace {

// A Functional's layer of class Dense, or another one, called with the outputs of others.
std::string called(const std::string& name, const std::vector<std::string>& inputs,
                   const std::string& layer_class = "Dense", const std::string& arguments = "{}") {
  std::string tensors;
  for (const std::string& input : inputs)
    tensors += concat(tensors.empty() ? "" : ", ",
                      R"({"class_name": "__keras_tensor__", "config": {"keras_history": [")", input,
                      R"(", 0, 0]}})");
  return concat(
      R"({"class_name": ")", layer_class, R"(", "name": ")", name, R"(", "config": {"name": ")",
      name, R"(", "units": 2}, "inbound_nodes": [)",
      inputs.empty() ? "" : concat(R"({"args": [)", tensors, R"(], "kwargs": )", arguments, "}"),
      "]}");
}

std::string input_called(const std::string& name) {
  return concat(R"({"class_name": "InputLayer", "name": ")", name, R"(", "config": {"name": ")",
                name, R"(", "batch_shape": [null, 4]}, "inbound_nodes": []})");
}

std::string functional(const std::string& layers, const std::string& outputs,
                       const std::string& inputs = R"(["x", 0, 0])") {
  return concat(R"({"class_name": "Functional", "config": {"name": "f", "layers": [)", layers,
                R"(], "input_layers": )", inputs, R"(, "output_layers": )", outputs, "}}");
}

}  // namespace

TEST_CASE("a Functional is a Sequential if its layers form a chain", "[saving]") {
  const std::string x = input_called("x") + ", ";
  const std::string a = called("a", {"x"}) + ", ", from_b = R"(["b", 0, 0])";
  const Sequential model = saving::model_from_json(functional(
      x + called("b", {"a"}, "Dense", R"({"training": null})") + ", " + called("a", {"x"}),
      from_b));
  REQUIRE(model.layers().size() == 2);
  CHECK(model.layers()[0]->name == "a");
  CHECK(model.layers()[1]->name == "b");
  CHECK(model.name == "f");
  CHECK(model.built());

  const auto refusal = [](const std::string& json) {
    std::string text = message([&] { saving::model_from_json(json); });
    const std::string rest =
        ": keratin has models whose layers form a chain, each with one input and one output";
    return text.ends_with(rest) ? text.substr(0, text.size() - rest.size()) : text;
  };
  CHECK(refusal(functional(x + a + called("b", {"a", "x"}, "Add"), from_b)) ==
        "[model_from_json] the layer 'b' has 2 inputs ('a', 'x')");
  CHECK(refusal(functional(x + a + called("b", {"x"}), R"([["a", 0, 0], ["b", 0, 0]])")) ==
        "[model_from_json] the model has 2 outputs ('a', 'b')");
  CHECK(refusal(functional(x + a + input_called("z"), R"(["a", 0, 0])",
                           R"([["x", 0, 0], ["z", 0, 0]])")) ==
        "[model_from_json] the model has 2 inputs ('x', 'z')");
  CHECK(refusal(functional(x + a + called("b", {"x"}), from_b)) ==
        "[model_from_json] the layer 'a' is not on the way from the input to the output");
  CHECK(refusal(functional(x + called("b", {"x"}, "Dropout", R"({"training": true})"), from_b)) ==
        "[model_from_json] the layer 'b' is called with training = True: keratin calls layers with "
        "their input only");
  CHECK(refusal(functional(x + called("b", {"y"}), from_b)) ==
        "[model_from_json] the model's description has no layer 'y'");
  CHECK(refusal(functional(x + called("b", {"a"}) + ", " + called("a", {"b"}), from_b)) !=
        "no error");
  std::string twice = functional(x + called("b", {"x"}), from_b);
  const std::string nodes = R"("inbound_nodes": [{"args")";
  twice.replace(twice.find(nodes), nodes.size(), R"("inbound_nodes": [{"args": []}, {"args")");
  CHECK(refusal(twice) == "[model_from_json] the layer 'b' is called 2 times");
}

TEST_CASE("a layer that is another one's activation comes behind it", "[saving]") {
  const auto with_activation = [](const std::string& layer_class, const std::string& activation,
                                  const std::string& more = "") {
    return concat(R"({"class_name": "Sequential", "config": {"name": "m", "layers": [)",
                  R"({"class_name": "InputLayer", "config": {"batch_shape": [null, 4]}}, )",
                  R"({"class_name": ")", layer_class, R"(", "config": {"name": "a", )", more,
                  R"("activation": {"class_name": ")", activation,
                  R"(", "config": {"name": "inner"}}}}]}})");
  };
  const std::string units = R"("units": 2, )";
  const Sequential model = saving::model_from_json(with_activation("Dense", "LeakyReLU", units));
  REQUIRE(model.layers().size() == 2);
  CHECK(model.layers()[1]->class_name() == "LeakyReLU");
  CHECK(model.layers()[1]->name == "a_activation");
  const Sequential alone = saving::model_from_json(with_activation("Activation", "ELU"));
  REQUIRE(alone.layers().size() == 1);
  CHECK(alone.layers()[0]->class_name() == "ELU");
  CHECK(alone.layers()[0]->name == "a");
  CHECK(message([&] { saving::model_from_json(with_activation("Dense", "PReLU", units)); }) ==
        "[model_from_json] the layer 'a' has a PReLU as its activation, whose weights would be its "
        "own: keratin has PReLU as a layer behind it");
}

TEST_CASE("the errors of a description start with its file", "[saving]") {
  const Folder folder;
  const auto refusal_of = [&](const std::string& config) {
    folder.file("m.keras", build_keras_archive(config, ""));
    return message<std::exception>([&] { saving::load_model(folder / "m.keras"); });
  };
  const std::string start = "[load_model] " + (folder / "m.keras") + ": ";
  CHECK(refusal_of("{}") == start + "[load_model] the model's description has no 'class_name'");
  CHECK(refusal_of("{").starts_with(start + "config.json is no JSON: "));
  CHECK(refusal_of(R"({"class_name": "Sequential", "config": {}, "class_name": "Functional"})") ==
        start + "config.json is no JSON: an object has two values of 'class_name'");
}

TEST_CASE("an archive's members lead nowhere", "[saving]") {
  const Folder folder;
  const auto with_member = [&](const std::string& name, std::string_view contents) {
    ZipWriter archive;
    archive.add(name, contents);
    archive.add("config.json", Sequential({Input({3}), Flatten()}, {.name = "m"}).to_json());
    archive.add("model.weights.h5", "");
    folder.file("m.keras", archive.finish());
    return folder.refusal([&] { saving::load_model(folder / "m.keras"); });
  };
  for (const char* path : {"../m", "a/../../m", "/etc/m", "..", "a\\..\\m"})
    CHECK(with_member(path, "").ends_with(concat("has a member with the path '", path, "'")));
  CHECK(with_member("metadata.json", std::string(2 << 20, '['))
            .ends_with("metadata.json has 2097152 bytes, wanted at most 1048576"));
  CHECK(with_member("metadata.json", "[").find("metadata.json is no JSON") != std::string::npos);
}

TEST_CASE("names of layers are one part of a path", "[saving]") {
  const auto refusal_of = [](const std::string& name) {
    return message([&] { Sequential({Dense(2, {.name = name})}, {.name = "m"}); });
  };
  CHECK(refusal_of("a/b") ==
        "[m] got the name \"a/b\" for a layer, wanted one without '/' and control characters");
  CHECK(refusal_of(std::string("a\0b", 3)).find("control characters") != std::string::npos);
  CHECK(refusal_of("\x1b[31m").find("control characters") != std::string::npos);
  CHECK(refusal_of(std::string(1001, 'a')) ==
        "[m] got a layer's name of 1001 bytes, wanted at most 1000");
  CHECK_THROWS_AS(Sequential({}, {.name = "a/b"}), std::invalid_argument);
}

TEST_CASE("weights that are not finite are refused where that is asked for", "[saving]") {
  const Folder folder;
  const auto named = [] {
    return Sequential({Input({3}), Dense(4, {.name = "a"}), Dense(2, {.name = "b"})});
  };
  Sequential model = named();
  model.layers()[1]->variables().back()->value.data()[1] = std::numeric_limits<float>::infinity();
  for (const char* name : {"m.keras", "m.weights.h5", "m.safetensors"}) {
    CAPTURE(name);
    const std::string path = folder / name;
    if (path.ends_with(".keras"))
      model.save(path);
    else
      model.save_weights(path);
    Sequential other = named();
    const std::vector<Tensor> before = other.get_weights();
    const std::string refusal =
        message<std::runtime_error>([&] { other.load_weights(path, {.finite_only = true}); });
    CHECK(refusal == "[load_weights] " + path + ": weight b/bias is not finite");
    CHECK(other.get_weights() == before);
    CHECK_NOTHROW(other.load_weights(path));
  }
  CHECK_THROWS_AS(saving::load_model(folder / "m.keras", {.finite_only = true}),
                  std::runtime_error);
  CHECK_NOTHROW(saving::load_model(folder / "m.keras"));
}

TEST_CASE("a description larger than its file makes no weights", "[saving]") {
  const Folder folder;
  Sequential model({Input({3}), Dense(2)}, {.name = "m"});
  model.save(folder / "small.keras");
  std::string json = model.to_json();
  const std::string units = "\"units\": 2";
  json.replace(json.find(units), units.size(), "\"units\": 2000000000");
  const KerasArchive archive("test", folder / "small.keras");
  folder.file("bomb.keras", build_keras_archive(json, archive.weights(1 << 20)));
  CHECK(folder.refusal<std::invalid_argument>([&] { saving::load_model(folder / "bomb.keras"); })
            .find("more weights than") != std::string::npos);
}

TEST_CASE("a file of weights that is made again has the bytes of a new one", "[saving]") {
  Normalization adapted;
  adapted.adapt(Tensor({{1, 2, 3}, {4, 5, 7}}));
  Sequential model({Input({3}), std::move(adapted), Dense(4), Dense(2, {.use_bias = false})});
  const auto compile = [&] {
    model.compile(
        {.optimizer = optimizers::Nadam({.learning_rate = 0.1, .use_ema = true}), .loss = "mse"});
  };
  KerasWeights file;
  const auto check_file = [&] {
    KerasWeights anew;
    anew.take("test", model);
    file.take("test", model);
    CHECK(file.bytes() == anew.bytes());
    return file.bytes();
  };
  std::vector<std::string> versions = {check_file()};
  compile();
  versions.push_back(check_file());  // has an optimizer
  for (int step = 0; step < 2; ++step) {
    model.train_on_batch(Tensor::full({2, 3}, 1), Tensor::full({2, 2}, 1));
    versions.push_back(check_file());
  }
  model.layers()[2]->trainable = false;
  compile();
  versions.push_back(check_file());  // remembers less
  for (std::size_t i = 1; i < versions.size(); ++i) CHECK(versions[i] != versions[i - 1]);
  CHECK(versions[2].size() == versions[3].size());
}

TEST_CASE("JSON is read and written as Python does", "[saving]") {
  const std::string text =
      R"({"a": [1, -2.5, 1e-07, true, null], "b": {"c": "\"\\\n\u00e9"}, "d": {}, "e": []})";
  const Config config = parse_json("test", text);
  CHECK(*config.find("a")->get_if<Config::List>()->front().get_if<std::int64_t>() == 1);
  CHECK(parse_json("test", write_json(config)) == config);
  CHECK(write_json(Config::List{1, 1.0, "x", Config()}) == R"([1, 1.0, "x", null])");
  for (const char* wrong :
       {"", "{", "[1,]", "{\"a\": NaN}", "1e999", "\"\x80\"", "[1] 2", "{\"a\" 1}"})
    CHECK_THROWS_AS(parse_json("test", wrong), std::runtime_error);
}

#endif
