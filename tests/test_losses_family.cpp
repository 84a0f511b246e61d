// Losses as a family: made by name and from a description, with options, from users' classes.
#include <concepts>
#include <memory>

#include "keratin/losses.hpp"
#include "keratin/ops.hpp"
#include "support/catch.hpp"
#include "support/message.hpp"

namespace keratin {
namespace {

using namespace losses;
using test::message;

const Tensor truth = {{1, 2}, {3, 4}}, guess = {{2, 2}, {3, 0}};

struct QuantileOptions {
  double q = 0.9;
  Reduction reduction = {};
  std::string name = "";
};
template <class V>
void fields(V& v, QuantileOptions& o) {
  v("q", o.q);
  v("reduction", o.reduction);
  v("name", o.name);
}
class Quantile : public Configured<Loss, QuantileOptions> {
 public:
  using Configured::Configured;
  Node call(Node y_true, Node y_pred) const override {
    const float q = static_cast<float>(options().q);
    const Node error = y_true - y_pred;
    return ops::mean(ops::maximum(q * error, (q - 1) * error), -1);
  }
};

// A class without a list of fields.
class Plain : public Loss {
 public:
  Node call(Node y_true, Node y_pred) const override {
    return ops::mean(ops::abs(y_true - y_pred), -1);
  }
};

// An option that a function does not use is not one of its arguments.
template <class Function>
concept TakesReduction = requires(const Function& function, const Tensor& t) {
  function(t, t, {.reduction = "sum"});
};
template <class Function>
concept TakesName = requires(const Function& function, const Tensor& t) {
  function(t, t, {.name = "x"});
};
template <class Function>
concept TakesAxis = requires(const Function& function, const Tensor& t) {
  function(t, t, {.axis = 1});
};
template <class... Arguments>
constexpr bool ignores_nothing = ((!TakesReduction<LossFunction<Arguments>> &&
                                   !TakesName<LossFunction<Arguments>>)&&...);
static_assert(
    ignores_nothing<NoArguments, CosineSimilarityArguments, HuberArguments,
                    BinaryCrossentropyArguments, CategoricalCrossentropyArguments,
                    SparseCategoricalCrossentropyArguments, BinaryFocalCrossentropyArguments,
                    CategoricalFocalCrossentropyArguments, DiceArguments, TverskyArguments>);
static_assert(TakesAxis<LossFunction<DiceArguments>> && !TakesAxis<LossFunction<HuberArguments>>);
static_assert(!std::constructible_from<LossHandle, std::nullptr_t>);

}  // namespace

TEST_CASE("every loss of the table is made from its description", "[losses][family]") {
  CHECK(Loss::table().rows.size() == 19);
  for (const Row<Loss>& row : Loss::table().rows) {
    INFO(row.class_name);
    const std::shared_ptr<Loss> made = make_member<Loss>(row.class_name);
    const Config config = describe<Loss>(*made);
    CHECK(*config.find("class_name") == row.class_name);
    CHECK(member_from_config<Loss>(config)->get_config() == made->get_config());

    // by another name it differs in nothing else
    Config named = made->get_config();
    for (const char* alias : row.aliases) {
      if (!*alias) continue;
      named.set("name", alias);
      CHECK(make_member<Loss>(alias)->get_config() == named);
    }
    named.set("reduction", "auto");
    named.set("name", "mine");
    CHECK(make_member<Loss>(row.aliases[0], named)->get_config() == named);
    CHECK(make_member<Loss>(row.class_name, named)->name == "mine");

    const std::string refused = message([&] {
      make_member<Loss>(row.class_name, Config::Object{{"rate", 1}});
    });
    CHECK(refused.starts_with(std::string("[") + row.class_name +
                              "] there is no field 'rate' among: "));
  }
}

TEST_CASE("losses keep their options unchanged", "[losses][family]") {
  const Huber huber_loss({.delta = 0.1, .reduction = "auto"});
  CHECK(huber_loss.options().delta == 0.1);  // the double
  CHECK(huber_loss.reduction == Reduction::sum_over_batch_size);
  CHECK(to_string(huber_loss.get_config()) ==
        R"({"delta": 0.1, "reduction": "auto", "name": "huber_loss"})");
  CHECK(to_string(
            CategoricalFocalCrossentropy({.alpha = {0.1, 1}, .reduction = "mean"}).get_config()) ==
        R"({"alpha": [0.1, 1.0], "gamma": 2.0, "from_logits": False, "label_smoothing": 0.0, )"
        R"("axis": -1, "reduction": "mean", "name": "categorical_focal_crossentropy"})");
  CHECK(*CategoricalFocalCrossentropy().get_config().find("alpha") == Config(0.25));
  CHECK(to_string(
            Tversky({.alpha = 0.3, .reduction = Reduction::sum, .axis = {1, 2}}).get_config()) ==
        R"({"alpha": 0.3, "beta": 0.5, "reduction": "sum", "name": "tversky", "axis": [1, 2]})");
  CHECK(Dice().get_config().find("axis")->is_null());
  CHECK(SparseCategoricalCrossentropy().get_config().find("ignore_class")->is_null());

  // the forms that Keras writes, too
  const auto axis_of = [](Config axis) {
    const auto made = make_member<Loss>("Dice", Config::Object{{"axis", std::move(axis)}});
    return *made->get_config().find("axis");
  };
  CHECK(axis_of(1) == Config(Config::List{1}));
  CHECK(axis_of(Config()).is_null());
  CHECK(make_member<Loss>("Dice", Config::Object{{"reduction", Config()}})->reduction ==
        Reduction::none);
  CHECK(message([&] { axis_of("last"); }) == "[axes] axis is \"last\", wanted an integer");
}

TEST_CASE("a loss of one's own with a list of fields is like a built-in one", "[losses][family]") {
  const Quantile quantile({.q = 0.8});
  CHECK(quantile(truth, guess).item() == Approx(0.85));
  CHECK(Quantile({.q = 0.8, .reduction = "sum"})(truth, guess).item() == Approx(1.7));
  CHECK(quantile.name == "loss");
  CHECK(Quantile({.name = "q"}).name == "q");
  CHECK(to_string(describe<Loss>(quantile)) ==
        R"({"module": None, "class_name": "Quantile", "config": {"q": 0.8, )"
        R"("reduction": "sum_over_batch_size", "name": "loss"}, "registered_name": "Quantile"})");

  CHECK_THROWS(member_from_config<Loss>(describe<Loss>(quantile)));
  const CustomObjectScope scope({custom_object<Quantile>("Quantile")});
  const auto again = member_from_config<Loss>(describe<Loss>(quantile));
  CHECK(again->get_config() == quantile.get_config());
  CHECK((*again)(truth, guess) == quantile(truth, guess));
  CHECK(LossHandle("Quantile")(truth, guess).item() == Approx(0.925));
}

TEST_CASE("a loss without a list of fields computes, but has no description", "[losses][family]") {
  CHECK(Plain()(truth, guess).item() == Approx(1.25));
  CHECK(LossHandle(Plain())(truth, guess).item() == Approx(1.25));
  CHECK(message([] { describe<Loss>(Plain()); }) ==
        "[loss] Plain cannot be described: it does not derive from Configured and so has no list "
        "of fields");
  const LossHandle function = [](Node t, Node p) { return ops::abs(t - p); };
  CHECK(message([&] { function.config(); }) ==
        "[loss] a loss that is a function of the program's cannot be described");
}

TEST_CASE("a handle tells how its loss was given", "[losses][family]") {
  CHECK(LossHandle().config().is_null());
  CHECK(LossHandle("mse").config() == Config("mse"));
  CHECK(LossHandle(losses::huber).config() == Config("huber"));
  CHECK(LossHandle(losses::huber)->name == "huber");
  const LossHandle object = Huber({.delta = 2});
  CHECK(object.config() == describe<Loss>(Huber({.delta = 2})));

  const auto shared = std::make_shared<Huber>();
  CHECK(&*LossHandle(shared) == shared.get());

  for (const LossHandle& handle : {LossHandle("mse"), object, LossHandle(losses::dice)}) {
    const LossHandle again = LossHandle::from_config(handle.config());
    CHECK(again.config() == handle.config());
    CHECK(again->get_config() == handle->get_config());
  }
  CHECK_FALSE(LossHandle::from_config(Config()));
}

TEST_CASE("the name of a function is that of its class's row", "[losses][family]") {
  const auto same = [](const auto& function, const char* class_name) {
    INFO(class_name);
    const Row<Loss>* row = find_row(Loss::table().rows, function.name());
    REQUIRE(row != nullptr);
    CHECK(std::string(row->class_name) == class_name);
  };
  same(mean_squared_error, "MeanSquaredError");
  same(mean_absolute_error, "MeanAbsoluteError");
  same(mean_absolute_percentage_error, "MeanAbsolutePercentageError");
  same(mean_squared_logarithmic_error, "MeanSquaredLogarithmicError");
  same(cosine_similarity, "CosineSimilarity");
  same(huber, "Huber");
  same(log_cosh, "LogCosh");
  same(poisson, "Poisson");
  same(kl_divergence, "KLDivergence");
  same(binary_crossentropy, "BinaryCrossentropy");
  same(binary_focal_crossentropy, "BinaryFocalCrossentropy");
  same(categorical_crossentropy, "CategoricalCrossentropy");
  same(categorical_focal_crossentropy, "CategoricalFocalCrossentropy");
  same(sparse_categorical_crossentropy, "SparseCategoricalCrossentropy");
  same(hinge, "Hinge");
  same(squared_hinge, "SquaredHinge");
  same(categorical_hinge, "CategoricalHinge");
  same(dice, "Dice");
  same(tversky, "Tversky");
}

}  // namespace keratin
