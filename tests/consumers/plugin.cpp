// A shared library with keratin linked into it, such as a plugin or a Python module. It takes the
// library through its paces where symbols can get lost: virtual functions of a class derived here,
// typeinfo of a class defined there, an exception that crosses the border.

#include <keratin/keratin.hpp>
#include <memory>
#include <stdexcept>
#include <string>

using namespace keratin;
using namespace keratin::layers;

namespace {

struct CountEpochs : Callback {
  int epochs = 0;
  void on_epoch_end(int, Logs&) override { ++epochs; }
};

bool trains() {
  utils::set_random_seed(1);
  Sequential model({Input({2}), Dense(8, "tanh"), Dense(1)});
  model.compile({.optimizer = "adam", .loss = "mse"});
  CountEpochs counter;
  const Tensor x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const Tensor y = {{0}, {1}, {1}, {2}};
  const History history = model.fit(x, y, {.epochs = 200, .verbose = 0, .callbacks = {&counter}});
  return counter.epochs == 200 && history["loss"].back() < history["loss"].front();
}

bool finds_types() {
  const std::unique_ptr<Model> model = std::make_unique<Sequential>();
  return dynamic_cast<Sequential*>(model.get()) != nullptr;
}

bool catches() {
  try {
    Sequential({Input({2}), Dense(1, "rely")});
  } catch (const std::invalid_argument& error) {
    return std::string(error.what()).find("relu") != std::string::npos;
  }
  return false;
}

struct ScaleOptions {
  double by = 1;
  std::string name = "";
  bool trainable = true;
};
template <class V>
void fields(V& v, ScaleOptions& o) {
  v("by", o.by);
  v("name", o.name);
  v("trainable", o.trainable);
}

struct Scale : Configured<Layer, ScaleOptions> {
  using Configured::Configured;
  Node call(Node x, bool) override { return static_cast<float>(options().by) * x; }
};

// A class of this plugin in keratin's tables, and one of keratin's that keratin makes by its name:
// is its type, made of a template that both sides instantiate, one and the same?
bool describes() {
  const CustomObjectScope scope({custom_object<Scale>("Scale")});
  Sequential model({Input({2}), Scale({.by = 3}), Dense(1)});
  const Sequential copy = Sequential::from_config(model.get_config());
  const auto* scale = dynamic_cast<const Scale*>(&copy.get_layer(std::size_t{0}));
  const auto* dense = dynamic_cast<const Dense*>(&copy.get_layer(std::size_t{1}));
  return scale && scale->options().by == 3 && dense && class_name_of<Layer>(*dense) == "Dense";
}

}  // namespace

/// 0 if all went well, else the number of what did not.
extern "C" [[gnu::visibility("default")]] int plugin_run() {
  if (!trains()) return 1;
  if (!finds_types()) return 2;
  if (!catches()) return 3;
  if (!describes()) return 4;
  return 0;
}
