// Models that real Keras saved: golden/record_models.py.
#ifdef KERATIN_HAS_KERAS_FILES

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <keratin/keratin.hpp>

#include "core/files.hpp"
#include "saving/json.hpp"
#include "saving/keras_config.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace keratin;
using namespace keratin::test;

namespace {

const std::string folder = KERATIN_GOLDEN_DIR "/../keras_files/models";

// The files that the record program wrote.
std::vector<std::string> recorded_models() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".keras") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

struct Recorded {
  std::map<std::string, Array> arrays;
  explicit Recorded(const std::string& name)
      : arrays(datasets::load_npz(folder + "/" + name + ".npz")) {}
  bool has(const std::string& key) const { return arrays.contains(key); }
  Tensor operator[](const std::string& key) const {
    Tensor values;
    const ArrayView array(arrays.at(key));
    array.gather(0, array.rows(), values);
    return values;
  }
};

void check_close(const Tensor& got, const Tensor& wanted) {
  REQUIRE(got.shape() == wanted.shape());
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(got.values()[i] == Approx(wanted.values()[i]).epsilon(1e-5).margin(2e-6));
}

void train_on(Sequential& model, const Tensor& x, const Tensor& t) {
  for (int step = 0; step < 3; ++step) model.train_on_batch(x, t);
}

}  // namespace

TEST_CASE("models of Keras load, predict and train on as there", "[saving][golden]") {
  const std::vector<std::string> names = recorded_models();
  REQUIRE(names.size() == 22);
  const Folder written;
  for (const std::string& name : names) {
    CAPTURE(name);
    const Recorded recorded(name);
    const Tensor x = recorded["x"], t = recorded["t"];
    Sequential model = saving::load_model(folder + "/" + name + ".keras");
    REQUIRE(model.compiled());
    const Tensor y = model.predict(x, {.verbose = 0});
    check_close(y, recorded["y"]);

    // What we write of it comes back the same, too.
    model.save(written / "model.keras");
    Sequential again = saving::load_model(written / "model.keras");
    CHECK(again.to_json() == model.to_json());
    CHECK(again.predict(x, {.verbose = 0}) == y);
    if (!recorded.has("later")) continue;  // random layers
    train_on(model, x, t);
    check_close(model.predict(x, {.verbose = 0}), recorded["later"]);
    train_on(again, x, t);
    CHECK(again.get_weights() == model.get_weights());
  }
}

namespace {

template <class Family>
void check_descriptions(const Config& all, std::size_t least) {
  const Config* listed = all.find(Family::table().family);
  REQUIRE(listed != nullptr);
  const Config::List& list = *listed->get_if<Config::List>();
  CHECK(list.size() >= least);
  for (const Config& described : list) {
    const Config& class_name = *described.find("class_name");
    CAPTURE(to_string(class_name));
    const auto member = member_from_config<Family>(from_keras("test", described));
    const Config ours = describe<Family>(*member);
    CHECK(*ours.find("class_name") == class_name);
    CHECK(*ours.find("module") == *described.find("module"));
    // Every option that both know has Keras's value. Keras widens some float32 numbers.
    for (const Config::Entry& entry : *described.find("config")->get_if<Config::Object>()) {
      const Config* option = ours.find("config")->find(entry.key);
      if (!option) continue;
      CAPTURE(entry.key);
      if (option->get_if<double>())
        CHECK(static_cast<float>(*option->get_if<double>()) ==
              value_of<float>(entry.value, "test", entry.key));
      else if (entry.key != "axis" && entry.key != "dtype")  // we have lists
        CHECK(to_string(*option) == to_string(from_keras("test", entry.value)));
    }
  }
}

}  // namespace

TEST_CASE("Keras's descriptions of members make ours", "[saving][golden]") {
  const Config all = parse_json("test", read_file("test", folder + "/configs.json", 1 << 20));
  check_descriptions<Loss>(all, 21);
  check_descriptions<Metric>(all, 40);
  check_descriptions<Optimizer>(all, 13);
  check_descriptions<LearningRateSchedule>(all, 6);
  check_descriptions<Initializer>(all, 15);
  check_descriptions<Regularizer>(all, 4);
  check_descriptions<Constraint>(all, 4);
}

#endif
