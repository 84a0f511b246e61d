// Metrics as a family: each is described by its options and made from them, by name or from a
// Config.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keratin/metrics.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using namespace metrics;
using test::message;

// What classes need beside their defaults.
Config required_options(const std::string& class_name) {
  static const std::map<std::string, Config> required = {
      {"SensitivityAtSpecificity", Config::Object{{"specificity", 0.5}}},
      {"SpecificityAtSensitivity", Config::Object{{"sensitivity", 0.25}}},
      {"PrecisionAtRecall", Config::Object{{"recall", 0.75}}},
      {"RecallAtPrecision", Config::Object{{"precision", 1}}},
      {"IoU", Config::Object{{"num_classes", 3},
                             {"target_class_ids", Config::List{Config(0), Config(2)}}}},
      {"MeanIoU", Config::Object{{"num_classes", 3}}},
      {"OneHotIoU",
       Config::Object{{"num_classes", 3}, {"target_class_ids", Config::List{Config(1)}}}},
      {"OneHotMeanIoU", Config::Object{{"num_classes", 4}}},
      {"LossMetric", Config::Object{{"loss", "huber"}}},
  };
  const auto found = required.find(class_name);
  return found == required.end() ? Config::Object{} : found->second;
}

TEST_CASE("every metric survives the way to a Config and back", "[metrics][family]") {
  for (const Row<Metric>& row : Metric::table().rows) {
    INFO(row.class_name);
    const auto metric = make_member<Metric>(row.class_name, required_options(row.class_name));
    CHECK(class_name_of<Metric>(*metric) == row.class_name);
    const Config description = describe<Metric>(*metric);
    const auto copy = member_from_config<Metric>(description);
    CHECK(class_name_of<Metric>(*copy) == row.class_name);
    CHECK(copy->name == metric->name);
    CHECK(copy->direction == metric->direction);
    CHECK(describe<Metric>(*copy) == description);
    CHECK(metric->result() == 0);
  }
}

TEST_CASE("every metric refuses options that it does not have", "[metrics][family]") {
  for (const Row<Metric>& row : Metric::table().rows) {
    Config options = required_options(row.class_name);
    options.set("colour", "red");
    CHECK_THROWS_AS(make_member<Metric>(row.class_name, options), std::invalid_argument);
  }
  CHECK(message([] {
          make_member<Metric>("BinaryAccuracy", Config::Object{{"treshold", 0.5}});
        }) == "[BinaryAccuracy] there is no field 'treshold' among: name, threshold");
  CHECK(message([] {
          make_member<Metric>("TopKCategoricalAccuracy", Config::Object{{"k", 2.5}});
        }) == "[TopKCategoricalAccuracy] k is 2.5, wanted an integer");
}

TEST_CASE("metrics keep their options as they were given", "[metrics][family]") {
  CHECK(BinaryAccuracy({.threshold = 0.1}).options().threshold == 0.1);  // no float in between
  CHECK(FBetaScore({.beta = 0.3, .threshold = 0.7}).options().threshold == 0.7);
  CHECK(MeanIoU(5, {.ignore_class = 2}).options().num_classes == 5);
  CHECK(PrecisionAtRecall(0.9).options().recall == 0.9);
  CHECK(ConfusionMatrix(3).options().num_classes == 3);
  CHECK(to_string(F1Score({.average = "macro", .name = "f"}).get_config()) ==
        R"({"average": "macro", "threshold": None, "name": "f"})");
  CHECK(to_string(AUC({.curve = "pr", .name = "a", .label_weights = {1, 0.5}}).get_config()) ==
        R"({"num_thresholds": 200, "curve": "pr", "summation_method": "interpolation", )"
        R"("name": "a", "thresholds": None, "multi_label": False, "num_labels": None, )"
        R"("label_weights": [1.0, 0.5], "from_logits": False})");

  CHECK(to_string(LossMetric(losses::Huber({.delta = 2})).get_config()) ==
        R"({"loss": {"module": "keras.losses", "class_name": "Huber", "config": {"delta": 2.0, )"
        R"("reduction": "sum_over_batch_size", "name": "huber_loss"}, "registered_name": None}, )"
        R"("name": "huber_loss"})");

  BinaryAccuracy renamed;
  renamed.name = "hits";
  CHECK(to_string(renamed.get_config()) == R"({"name": "hits", "threshold": 0.5})");
}

TEST_CASE("thresholds: none, one, and lists of any length are told apart", "[metrics][family]") {
  const auto config_of = [](const Thresholds& thresholds) {
    return to_string(thresholds.config());
  };
  CHECK(config_of({}) == "None");
  CHECK(config_of(0.7) == "0.7");
  CHECK(config_of({0.7}) == "[0.7]");
  CHECK(config_of(std::vector<double>{}) == "[]");
  for (const Config& config :
       {Config(), Config(0.5), Config(Config::List{Config(0.25), Config(1.0)})})
    CHECK(Thresholds::from_config(config).config() == config);
  CHECK(message([] { Thresholds::from_config("high"); }) ==
        "[OptionalNumbers] the value is \"high\", wanted a number");

  CHECK(message([] { Precision({.thresholds = std::vector<double>{}}); }) ==
        "[Precision] thresholds is an empty list, wanted one threshold or more");
  AUC ends({.thresholds = std::vector<double>{}});  // as in Keras: the ends alone
  ends.update_state({1, 0}, {0.9, 0.1});
  CHECK(ends.result() == 0.5);
}

struct LargestOptions {
  double scale = 1;
  std::string name = "largest";
};
template <class V>
void fields(V& v, LargestOptions& o) {
  v("scale", o.scale);
  v("name", o.name);
}

class Largest : public Configured<Metric, LargestOptions> {
 public:
  explicit Largest(LargestOptions options = {}) : Configured(options, options.name) {}
  void update_state(const Tensor&, const Tensor& y_pred, const Tensor&) override {
    for (float p : y_pred.values())
      largest_ = std::max(largest_, options().scale * static_cast<double>(p));
  }
  double result() const override { return largest_; }
  void reset_state() override { largest_ = 0; }

 private:
  double largest_ = 0;
};

TEST_CASE("a metric of the program's own is made by name like a built-in one",
          "[metrics][family]") {
  CHECK_THROWS_AS(metrics::get("Largest"), std::invalid_argument);
  const CustomObjectScope scope({custom_object<Largest>("Largest")});
  const auto metric = member_from_config<Metric>(describe<Metric>(Largest({.scale = 2})));
  metric->update_state({0, 0}, {3, 4});
  CHECK(metric->result() == 8);
  CHECK(metrics::resolve("Largest", {2}, {2})->name == "Largest");
}

TEST_CASE("a metric without a list of fields says so", "[metrics][family]") {
  class Constant : public Metric {
   public:
    Constant() : Metric("constant") {}
    void update_state(const Tensor&, const Tensor&, const Tensor&) override {}
    double result() const override { return 1; }
    void reset_state() override {}
  };
  CHECK(message([] { Constant().get_config(); }) ==
        "[constant] this class has no list of its fields: derive it from Configured");
  const MeanMetricWrapper wrapper([](Node t, Node) { return t; }, {.name = "mine"});
  CHECK(message([&] { wrapper.get_config(); }) ==
        "[mine] a metric that is a function of the program's cannot be described");
}

TEST_CASE("what options take as a metric", "[metrics][family]") {
  CHECK(Handle<Metric>("mae")->name == "mean_absolute_error");
  CHECK(Handle<Metric>(Precision({.name = "p"}))->name == "p");
  const Handle<Metric> function([](Node t, Node p) { return t - p; });
  function->update_state({3, 3}, {1, 2});
  CHECK(function->result() == 1.5);
  CHECK(function->name == "mean_metric_wrapper");
  CHECK(Handle<Metric>(losses::mean_absolute_error)->name == "mean_absolute_error");
  CHECK(Handle<Metric>(losses::mean_absolute_error)->direction == Direction::down);

  Mean mean;
  mean.update_state({1, 3});
  const Handle<Metric> with_state(mean);
  CHECK(with_state.copy()->result() == 2);  // a copy has the state
}

}  // namespace
}  // namespace keratin
