// ONNX files: what is exported comes back, files of other frameworks give their predictions and
// train on, and damaged or hostile files are refused. tests/python/check_onnx.py holds the exports
// against onnxruntime.

#include <keratin/keratin.hpp>

#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace keratin;

#ifndef KERATIN_HAS_ONNX

TEST_CASE("Without KERATIN_ONNX the functions say what is missing", "[onnx]") {
  const test::Folder folder;
  Sequential model({layers::Input({2}), layers::Dense(1)});
  const std::string text =
      "[onnx] this keratin was built without KERATIN_ONNX, which ONNX files need: install Protocol "
      "Buffers (Debian packages libprotobuf-dev and protobuf-compiler) and build keratin again "
      "with -DKERATIN_ONNX=ON";
  CHECK(folder.refusal([&] { saving::export_onnx(model, folder / "m.onnx"); }) == text);
  CHECK(folder.refusal([&] { saving::load_onnx(folder / "m.onnx"); }) == text);
}

#else

#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "support/golden.hpp"
#include "support/onnx_models.hpp"

using namespace keratin::layers;

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The largest difference, relative to values above 1.
float difference(const Tensor& got, const Tensor& wanted) {
  REQUIRE(got.shape() == wanted.shape());
  float worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float scale = std::max(1.0f, std::abs(wanted.data()[i]));
    worst = std::max(worst, std::abs(got.data()[i] - wanted.data()[i]) / scale);
  }
  return worst;
}

Tensor predictions(Sequential& model, const Tensor& x) { return model.predict(x, {.verbose = 0}); }

void collect_classes(const Layer& layer, std::set<std::string>& names) {
  names.insert(layer.class_name());
  for (const auto& child : layer.children()) collect_classes(*child, names);
}

// Protocol Buffers by hand: fields of a message one after the other.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7) bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}
std::string number(int field, std::int64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(static_cast<std::uint64_t>(value));
}
std::string text(int field, const std::string& bytes) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string attribute(const std::string& name, std::int64_t value) {
  return text(5, text(1, name) + number(3, value) + number(20, 2));
}
std::string attribute(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string bytes = text(1, name) + number(20, 7);
  for (const std::int64_t value : values) bytes += number(8, value);
  return text(5, bytes);
}
std::string node(const std::string& op_type, const std::vector<std::string>& inputs,
                 const std::string& output, const std::string& attributes = "") {
  std::string bytes;
  for (const std::string& input : inputs) bytes += text(1, input);
  return text(1, bytes + text(2, output) + text(3, "n_" + output) + text(4, op_type) + attributes);
}
std::string floats(const std::string& name, const std::vector<std::int64_t>& dims,
                   std::size_t count) {
  std::string bytes;
  for (const std::int64_t size : dims) bytes += number(1, size);
  return text(5, bytes + number(2, 1) + text(8, name) + text(9, std::string(4 * count, '\0')));
}
std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string bytes = number(1, static_cast<std::int64_t>(values.size())) + number(2, 7), list;
  for (const std::int64_t value : values) list += varint(static_cast<std::uint64_t>(value));
  return text(5, bytes + text(7, list) + text(8, name));
}
std::string value(int field, const std::string& name, const std::vector<std::int64_t>& shape) {
  std::string dims;
  for (const std::int64_t size : shape) dims += text(1, size == 0 ? text(2, "N") : number(1, size));
  return text(field, text(1, name) + text(2, text(1, number(1, 1) + text(2, dims))));
}
std::string file(const std::string& graph, std::int64_t operator_set = 17) {
  return number(1, 8) + text(7, graph) + text(8, number(2, operator_set));
}
const std::string x4 = value(11, "x", {0, 4}), image = value(11, "x", {0, 2, 6, 6}),
                  y = value(12, "y", {0, 4});

std::string refusal(const std::string& bytes) {
  const test::Folder folder;
  const std::string path = folder.file("f.onnx", bytes);
  return folder.refusal([&] { saving::load_onnx(path); });
}

}  // namespace

TEST_CASE("The models of these tests have every layer and activation", "[onnx]") {
  std::set<std::string> classes = {"InputLayer"}, names;
  for (const test::NamedModel& each : test::onnx_models()) {
    collect_classes(each.model, classes);
    names.insert(each.name);
  }
  for (const auto& row : Layer::table().rows) CHECK(classes.contains(row.class_name));
  try {
    ActivationFunction("none of them");
    FAIL("no error");
  } catch (const std::invalid_argument& error) {
    const std::string list = error.what();
    std::string all = list.substr(list.find("among: ") + 7);
    for (std::size_t at; (at = all.find(' ')) != std::string::npos;) all.erase(at, 1);
    for (const std::string& name : test::split(all, ','))
      if (name != "glu")  // which layers refuse, since it changes the shape
        CHECK(names.contains("activation_" + name));
  }
}

TEST_CASE("What export_onnx() writes, load_onnx() predicts alike", "[onnx]") {
  const test::Folder folder;
  const std::string path = folder / "m.onnx";
  for (test::NamedModel& each : test::onnx_models()) {
    INFO(each.name);
    saving::export_onnx(each.model, path);
    const std::string bytes = bytes_of(path);
    saving::export_onnx(each.model, path);
    CHECK(bytes_of(path) == bytes);
    if (!each.can_be_imported) {
      CHECK(folder.refusal([&] { saving::load_onnx(path); }).find("no layer") != std::string::npos);
      continue;
    }
    Sequential again = saving::load_onnx(path);
    CHECK(difference(predictions(again, each.x), predictions(each.model, each.x)) <= 1e-6f);
  }
}

TEST_CASE("A model keeps the names of its layers and trains on", "[onnx]") {
  const test::Folder folder;
  const std::string path = folder / "m.onnx";
  Sequential model({Input({6, 6, 1}), Conv2D(2, 3, {.activation = "relu", .name = "edges"}),
                    BatchNormalization({.name = "norm"}), MaxPooling2D(2), Flatten(),
                    Dense(3, DenseOptions{.activation = "softmax", .name = "classes"})});
  saving::export_onnx(model, path);
  Sequential again = saving::load_onnx(path);
  std::vector<std::string> names;
  for (const auto& layer : again.layers()) names.push_back(layer->name);
  CHECK(names == std::vector<std::string>{"edges", "norm", model.layers()[2]->name,
                                          model.layers()[3]->name, "classes"});
  random::Generator generator(3);
  Tensor x = Tensor::zeros({30, 6, 6, 1}), labels = Tensor::zeros({30});
  for (float& v : x.values()) v = generator.uniform();
  for (std::size_t i = 0; i < 30; ++i) labels.data()[i] = static_cast<float>(i % 3);
  std::vector<float> losses;
  for (Sequential* each : {&model, &again}) {
    each->compile({.optimizer = "sgd", .loss = "sparse_categorical_crossentropy"});
    losses.push_back(
        each->fit(x, labels, {.epochs = 3, .verbose = 0, .shuffle = false})["loss"].back());
  }
  CHECK(losses[0] == Approx(losses[1]).epsilon(1e-5));
}

TEST_CASE("Models of PyTorch, scikit-learn and Keras give what they gave there", "[onnx][golden]") {
  const auto cases = test::read_golden("onnx");
  REQUIRE(cases.size() == 20);
  std::string warnings;
  utils::set_warning_handler([&](std::string_view warning) { warnings += warning; });
  for (const auto& golden : cases) {
    INFO(golden.name);
    Sequential model = saving::load_onnx(std::string(KERATIN_GOLDEN_DIR) + "/../onnx_files/" +
                                         golden.name + ".onnx");
    const Tensor &x = golden.tensor("x"), &wanted = golden.tensor("y");
    CHECK(difference(predictions(model, x), wanted) <= 1e-5f);

    // They train on: away from what they predict, towards something else.
    Tensor target = wanted;
    for (float& v : target.values()) v = 0.5f * v + 0.1f;
    model.compile({.optimizer = "adam", .loss = "mse"});
    const History history = model.fit(x, target, {.epochs = 30, .verbose = 0});
    CHECK(history["loss"].back() < history["loss"].front());
  }
  utils::set_warning_handler({});
  CHECK(warnings.find("sklearn_binary.onnx: the model gives 'out_activations_result', without "
                      "ArgMax (node 'ArgMax')") == std::string::npos);
  CHECK(warnings.find("sklearn_binary.onnx: the model gives 'out_activations_result', without") !=
        std::string::npos);
  CHECK(warnings.find("ai.onnx.ml.ZipMap (node 'ZipMap')") != std::string::npos);
  CHECK(warnings.find("torch") == std::string::npos);
}

namespace {

struct Twice : Layer {
  using Layer::Layer;
  Node call(Node x, bool) override { return 2 * x; }
};

}  // namespace

TEST_CASE("What cannot be exported is named with its position", "[onnx]") {
  const test::Folder folder;
  const auto refused = [&](const Sequential& model, const saving::OnnxOptions& options = {}) {
    return folder.refusal<std::invalid_argument>(
        [&] { saving::export_onnx(model, folder / "m.onnx", options); });
  };
  CHECK(refused(Sequential({Input({2}), Dense(2), Twice("twice")}, {.name = "m"})) ==
        "[m] layer 1, twice: [Twice] has no ONNX form: only the library's own layers have one");
  CHECK(
      refused(Sequential({Input({2}), Sequential({Input({2}), Twice("twice")}, {.name = "inner"})},
                         {.name = "m"})) ==
      "[m] layer 0, inner: [inner] layer 0, twice: [Twice] has no ONNX form: only the library's "
      "own layers have one");
  CHECK(refused(Sequential(
            {Input({2}),
             Dense(2, DenseOptions{.activation = [](Node x) { return x * x; }, .name = "d"})},
            {.name = "m"})) ==
        "[m] layer 0, d: [activation] a function of the program's own has no ONNX form");
  CHECK(refused(Sequential({Input({2}), Discretization({.num_bins = 3, .name = "d"})},
                           {.name = "m"})) ==
        "[m] layer 0, d: [discretization] has no boundaries yet: call adapt() first");
  CHECK(refused(Sequential({Dense(2)}, {.name = "m"})).starts_with("[m] has no input shape yet"));
  const Sequential fine({Input({2}), Dense(2)});
  CHECK(refused(fine, {.input_name = "a", .output_name = "a"}) ==
        "[onnx] input and output are both called 'a', wanted two names");
  CHECK(refused(fine, {.input_name = ""}) ==
        "[onnx] input_name or output_name is empty, wanted names");
  CHECK(folder.refusal([&] { saving::export_onnx(fine, folder / "none/m.onnx"); }) ==
        "[onnx] cannot write 'none/m.onnx': No such file or directory");
  CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("Nodes that no layer corresponds to are listed, all of them", "[onnx]") {
  CHECK(refusal(file(node("LSTM", {"x"}, "a") + node("Relu", {"a"}, "b") +
                     node("TopK", {"b"}, "y") + node("Unused", {"x"}, "z") + x4 + y)) ==
        "[onnx] f.onnx: has nodes that no layer corresponds to: LSTM (node 'n_a'), TopK (node "
        "'n_y')");
  CHECK(refusal(file(node("Relu", {"x"}, "a") + node("MatMul", {"a", "a"}, "y") + x4 + y)) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): its input 1 is no constant of floats");
  CHECK(refusal(file(node("Softmax", {"x"}, "a") + node("Add", {"x", "a"}, "y") + x4 + y)) ==
        "[onnx] f.onnx: Softmax (node 'n_a'): 'x' goes another way, too: Add (node 'n_y')");
  CHECK(refusal(file(node("Sin", {"x"}, "y") + x4 + y)).find("Sin (node 'n_y')") !=
        std::string::npos);
  CHECK(refusal(file(node("Abs", {"x"}, "y") + x4 + y)) ==
        "[onnx] f.onnx: Abs (node 'n_y'): no layer does what it does here");
}

TEST_CASE("Damaged and hostile ONNX files are refused", "[onnx]") {
  const std::string weights = floats("w", {4, 4}, 16);
  const std::string dense = node("MatMul", {"x", "w"}, "y");
  CHECK(refusal(file(dense + weights + x4 + y)) == "no error");

  // The file
  const test::Folder folder;
  CHECK(folder.refusal([&] { saving::load_onnx(folder / "none.onnx"); })
            .starts_with("[onnx] none.onnx: "));
  CHECK(folder.refusal([&] { saving::load_onnx(folder.path.string() + "/"); })
            .starts_with("[onnx] "));
  CHECK(refusal("") == "[onnx] f.onnx: is empty");
  CHECK(refusal("no model") == "[onnx] f.onnx: is not an ONNX file, or a damaged one");
  CHECK(refusal(number(1, 8)) == "[onnx] f.onnx: is not an ONNX file: it has no graph");
  const std::string whole = file(dense + weights + x4 + y);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const std::string text = refusal(whole.substr(0, size));
    if (text == "no error") CHECK(size > whole.size() - 10);  // only operator sets are missing
  }
  std::string many;
  for (int i = 0; i < 100'001; ++i) many += text(1, "");
  CHECK(refusal(file(many + x4 + y)) ==
        "[onnx] f.onnx: has more than 100000 parts: no model needs as many");

  std::string chain;
  for (int i = 0; i <= 10'000; ++i)
    chain += node("Exp", {i == 0 ? "x" : std::to_string(i)}, std::to_string(i + 1));
  CHECK(refusal(file(chain + x4 + value(12, "10001", {0, 4}))) ==
        "[onnx] f.onnx: has 10001 nodes, wanted 10000 at most");
  chain.clear();
  for (int i = 0; i < 9'000; ++i)
    chain += node("Abs", {i == 0 ? "x" : std::to_string(i)}, std::to_string(i + 1));
  chain += node("Abs", {"9000"}, "y");
  CHECK(refusal(file(chain + x4 + y)) ==
        "[onnx] f.onnx: Abs (node 'n_1'): no layer does what it does here");
  chain.clear();
  for (int i = 0; i < 9'000; ++i)
    chain += node("Exp", {i == 0 ? "x" : std::to_string(i)}, std::to_string(i + 1));
  chain += node("Exp", {"9000"}, "y");
  CHECK(
      refusal(file(chain + x4 + y)).find("it takes too long to find out what its nodes compute") !=
      std::string::npos);

  // The graph
  CHECK(refusal(file(dense + weights + x4)) == "[onnx] f.onnx: has no output");
  CHECK(refusal(file(dense + weights + y)) == "[onnx] f.onnx: has no input");
  CHECK(refusal(file(node("MatMul", {"z", "w"}, "y") + weights + x4 + y)) ==
        "[onnx] f.onnx: MatMul (node 'n_y') uses 'z', which no node before it computes");
  CHECK(refusal(file(dense + weights + x4 + value(11, "z", {0, 4}) + y)) ==
        "[onnx] f.onnx: has several inputs, 'x' and 'z': a Sequential has one");
  CHECK(refusal(file(dense + weights + x4 + y + value(12, "x", {0, 4}))) ==
        "[onnx] f.onnx: has several outputs, 'y' and 'x': a Sequential has one");
  CHECK(refusal(file(dense + weights + x4 + value(12, "z", {0, 4}))) ==
        "[onnx] f.onnx: has an output 'z' that no node computes");
  CHECK(refusal(file(dense + weights + value(11, "x", {0, 0}) + y)) ==
        "[onnx] f.onnx: leaves the size of axis 1 of its input 'x' open: only the batch's may be");
  CHECK(refusal(file(dense + weights + value(11, "x", {0, -4}) + y)).find("leaves the size") !=
        std::string::npos);
  CHECK(refusal(file(dense + weights + value(11, "x", std::vector<std::int64_t>(9, 1)) + y)) ==
        "[onnx] f.onnx: has an input 'x' with 9 axes, wanted 1 to 8");
  CHECK(refusal(file(dense + weights + text(11, text(1, "x")) + y))
            .find("does not tell the shape of its input 'x'") != std::string::npos);
  CHECK(refusal(file(node("Relu", {"b"}, "a") + node("Relu", {"a"}, "b") +
                     node("Add", {"x", "b"}, "y") + x4 + y)) ==
        "[onnx] f.onnx: Relu (node 'n_a') uses 'b', which no node before it computes");
  CHECK(refusal(file(node("Relu", {"y"}, "y") + x4 + y))
            .find("uses 'y', which no node before it computes") != std::string::npos);
  CHECK(refusal(file(node("Relu", {"x"}, "y") + node("Tanh", {"x"}, "y") + x4 + y)) ==
        "[onnx] f.onnx: Tanh (node 'n_y') computes 'y', which is there already");
  CHECK(refusal(file(dense + weights + weights + x4 + y)) ==
        "[onnx] f.onnx: has two tensors called 'w'");
  CHECK(refusal(file(node("Relu", {}, "y") + x4 + y)).find("beside the sequence") !=
        std::string::npos);
  CHECK(refusal(file(dense + weights + x4 + y + text(15, ""))) ==
        "[onnx] f.onnx: has sparse weights, which are not read");

  // Tensors
  const auto with_weight = [&](const std::string& weight) {
    return refusal(file(dense + weight + x4 + y));
  };
  CHECK(with_weight(floats("w", {4, 4}, 15)) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): tensor 'w' has 15 values, and its shape needs 16");
  CHECK(with_weight(floats("w", {4, -4}, 16)) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): tensor 'w' has an axis of size -4");
  CHECK(with_weight(floats("w", {1LL << 40, 1LL << 40}, 16)) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): tensor 'w' has more elements than fit into memory");
  CHECK(with_weight(floats("w", {1LL << 31, 4}, 16)) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): tensor 'w' has 16 values, and its shape needs "
        "8589934592");
  CHECK(with_weight(floats("w", std::vector<std::int64_t>(9, 1), 1)) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): tensor 'w' has 9 axes, wanted 8 at most");
  CHECK(with_weight(floats("w", {4, 0}, 0)).find("its input 1 is empty") != std::string::npos);
  CHECK(with_weight(floats("w", {5, 4}, 20)) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): its weight has shape (5, 4) and samples (4,)");
  CHECK(with_weight(text(5, text(8, "w") + number(2, 10) + text(9, "ab")))
            .find("tensor 'w' has elements of type 10, wanted float (1)") != std::string::npos);
  CHECK(with_weight(text(5, text(8, "w") + number(2, 1) + text(9, "abc"))) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): tensor 'w' has 0 values, and its shape needs 1");
  CHECK(with_weight(text(5, text(8, "w") + number(2, 1) + number(14, 1) +
                                text(13, text(1, "location") + text(2, "/etc/passwd")))) ==
        "[onnx] f.onnx: MatMul (node 'n_y'): tensor 'w' has its values in another file, which is "
        "not read");

  // Nodes
  const auto on_image = [&](const std::string& nodes) { return refusal(file(nodes + image + y)); };
  const std::string kernel = floats("w", {3, 2, 3, 3}, 54);
  const auto conv = [&](const std::string& attributes) {
    return on_image(node("Conv", {"x", "w"}, "y", attributes) + kernel);
  };
  CHECK(conv("") == "no error");
  CHECK(conv(attribute("group", 2)).find("in 2 groups") != std::string::npos);
  CHECK(conv(attribute("group", 0)).find("in 0 groups") != std::string::npos);
  CHECK(conv(attribute("strides", {0, 1})).find("its strides has 0") != std::string::npos);
  CHECK(conv(attribute("strides", std::vector<std::int64_t>{1}))
            .find("its strides has 1 numbers, wanted 2") != std::string::npos);
  CHECK(conv(attribute("pads", {1LL << 60, 0, 0, 0})).find("its pads has 1152921504606846976") !=
        std::string::npos);
  CHECK(conv(attribute("pads", {1 << 20, 1 << 20, 0, 0}))
            .find("which is more than 268435456 numbers") != std::string::npos);
  CHECK(conv(attribute("kernel_shape", {2, 3})).find("its kernel has shape (3, 2, 3, 3)") !=
        std::string::npos);
  CHECK(conv(attribute("dilations", {3, 3})).find("does not fit into an image") !=
        std::string::npos);
  CHECK(on_image(node("Reshape", {"x", "s"}, "y") + integers("s", {-1, -1})).find("a size of -1") ==
        std::string::npos);
  CHECK(on_image(node("Reshape", {"x", "s"}, "y") + integers("s", {0, 5, -1}))
            .find("does not suit samples of shape (2, 6, 6)") != std::string::npos);
  CHECK(on_image(node("Reshape", {"x", "s"}, "y") + integers("s", {0, 1LL << 40}))
            .find("its shape has a size of 1099511627776") != std::string::npos);
  CHECK(on_image(node("Reshape", {"x", "s"}, "y") + integers("s", {8, -1}))
            .find("its shape does not keep the batch's axis") != std::string::npos);
  CHECK(on_image(node("Transpose", {"x"}, "y", attribute("perm", {1, 0, 2, 3})))
            .find("it does not keep the batch first") != std::string::npos);
  CHECK(on_image(node("Transpose", {"x"}, "y", attribute("perm", {0, 1, 1, 2})))
            .find("it does not keep the batch first") != std::string::npos);
  CHECK(on_image(node("MaxPool", {"x"}, "y",
                      attribute("kernel_shape", {3, 3}) + attribute("strides", {2, 2}) +
                          attribute("pads", {1, 1, 1, 1})))
            .find("it has pads that no layer has") != std::string::npos);
  CHECK(
      on_image(node("Softmax", {"x"}, "y", attribute("axis", 7))).find("there is no axis 7 of 4") !=
      std::string::npos);
}

#endif
