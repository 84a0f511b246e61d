// Reading golden files: options as structs.
#include <cstdint>
#include <optional>
#include <vector>

#include "keratin/losses.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/message.hpp"

using namespace keratin;
using keratin::test::message;

namespace {

// A field type that a word or a list of numbers describes.
struct Weight {
  std::string text = "default";
  Config config() const { return text; }
  static Weight from_config(const Config& config) { return {to_string(config)}; }
};

struct Settings {
  double rate = 0.5;
  int count = 3;
  bool fast = true;
  std::string mode = "min";
  std::optional<int> ignored = 7;
  std::vector<double> limits = {1};
  Shape shape = {2};
  Weight weight = {};
};
template <class V>
void fields(V& v, Settings& o) {
  v("rate", o.rate);
  v("count", o.count);
  v("fast", o.fast);
  v("mode", o.mode);
  v("ignored", o.ignored);
  v("limits", o.limits);
  v("shape", o.shape);
  v("weight", o.weight);
}

test::GoldenCase case_of(std::map<std::string, std::string> options) {
  return {.name = "example", .options = std::move(options), .tensors = {}};
}

}  // namespace

TEST_CASE("a case's options become a struct by its list of fields", "[golden]") {
  const auto all = test::options_of<Settings>(case_of({{"rate", "1e-7"},
                                                       {"count", "-2"},
                                                       {"fast", "0"},
                                                       {"mode", "none"},
                                                       {"ignored", "none"},
                                                       {"limits", "0.5,1"},
                                                       {"shape", "3,4"},
                                                       {"weight", "0.25,none,sum,1"}}));
  CHECK(all.rate == 1e-7);
  CHECK(all.count == -2);
  CHECK_FALSE(all.fast);
  CHECK(all.mode == "none");  // a string of that text
  CHECK_FALSE(all.ignored);
  CHECK(all.limits == std::vector<double>{0.5, 1});
  CHECK(all.shape == Shape{3, 4});
  CHECK(all.weight.text == "[0.25, None, \"sum\", 1]");

  const auto few = test::options_of<Settings>(case_of({{"rate", "2"}, {"loss", "x"}}), {"loss"});
  CHECK(few.rate == 2);
  CHECK(few.count == 3);
  CHECK(few.fast);
  CHECK(few.ignored == 7);
  CHECK(few.weight.text == "default");
}

TEST_CASE("a case describes a member of a family", "[golden]") {
  const auto focal = test::member_of<Loss>(case_of({{"loss", "CategoricalFocalCrossentropy"},
                                                    {"alpha", "0.5,1"},
                                                    {"from_logits", "1"},
                                                    {"reduction", "none"},
                                                    {"hidden", "softmax"}}),
                                           "loss", {"hidden"});
  const losses::CategoricalFocalCrossentropy same(
      {.alpha = {0.5, 1}, .from_logits = true, .reduction = "none"});
  CHECK(describe<Loss>(*focal) == describe<Loss>(same));
  const auto refused = [](const char* key, const char* text) {
    return message([&] {
      test::member_of<Loss>(case_of({{"loss", "Huber"}, {key, text}}), "loss");
    });
  };
  CHECK(refused("axis", "1") ==
        "[example] there is no option 'axis' among: {\"delta\": 1.0, \"reduction\": "
        "\"sum_over_batch_size\", \"name\": \"\"}");
  CHECK(refused("delta", "x") == "[Huber] delta is \"x\", wanted a number");
}

TEST_CASE("options that are no fields, or do not suit them, are errors", "[golden]") {
  const auto refused = [](const char* key, const char* text) {
    return message([&] { test::options_of<Settings>(case_of({{key, text}})); });
  };
  CHECK(refused("loss", "x") ==
        "[example] there is no field 'loss' among: rate, count, fast, mode, ignored, limits, "
        "shape, weight");
  CHECK(refused("fast", "yes") == "[example fast] is 'yes', wanted 1 or 0");
  CHECK(refused("count", "1.5") == "[example] count is 1.5, wanted an integer");
  CHECK(refused("rate", "fast") == "[example] rate is \"fast\", wanted a number");
}
