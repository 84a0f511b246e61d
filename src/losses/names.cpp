// The one table of losses: a row is all that a new class needs to be known by name.
#include "keratin/check.hpp"
#include "keratin/losses.hpp"

namespace keratin {

Loss::Loss(const char* name) : Loss(losses::get(name)) {}

namespace losses {

namespace {

template <class T>
Loss make(std::string name) {  // "": the class's own
  return T({.name = std::move(name)});
}

struct Row {
  const char *class_name, *name;
  Loss (*make)(std::string name);
  const char *alias = "", *other_alias = "";
};

constexpr Row rows[] = {
    {"MeanSquaredError", "mean_squared_error", make<MeanSquaredError>, "mse", "MSE"},
    {"MeanAbsoluteError", "mean_absolute_error", make<MeanAbsoluteError>, "mae", "MAE"},
    {"MeanAbsolutePercentageError", "mean_absolute_percentage_error",
     make<MeanAbsolutePercentageError>, "mape", "MAPE"},
    {"MeanSquaredLogarithmicError", "mean_squared_logarithmic_error",
     make<MeanSquaredLogarithmicError>, "msle", "MSLE"},
    {"CosineSimilarity", "cosine_similarity", make<CosineSimilarity>},
    {"Huber", "huber", make<Huber>},
    {"LogCosh", "log_cosh", make<LogCosh>},
    {"Poisson", "poisson", make<Poisson>},
    {"KLDivergence", "kl_divergence", make<KLDivergence>, "kld", "KLD"},
    {"BinaryCrossentropy", "binary_crossentropy", make<BinaryCrossentropy>, "bce", "BCE"},
    {"BinaryFocalCrossentropy", "binary_focal_crossentropy", make<BinaryFocalCrossentropy>},
    {"CategoricalCrossentropy", "categorical_crossentropy", make<CategoricalCrossentropy>},
    {"CategoricalFocalCrossentropy", "categorical_focal_crossentropy",
     make<CategoricalFocalCrossentropy>},
    {"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy",
     make<SparseCategoricalCrossentropy>},
    {"Hinge", "hinge", make<Hinge>},
    {"SquaredHinge", "squared_hinge", make<SquaredHinge>},
    {"CategoricalHinge", "categorical_hinge", make<CategoricalHinge>},
    {"Dice", "dice", make<Dice>},
    {"Tversky", "tversky", make<Tversky>},
};

}  // namespace

Loss get(const std::string& name) {
  for (const Row& row : rows) {
    if (name == row.class_name) return row.make("");
    const bool short_form = !name.empty() && (name == row.alias || name == row.other_alias);
    if (name == row.name || short_form) return row.make(name);  // so Keras's compile names it
  }
  std::string names;
  for (const Row& row : rows) {
    const bool has_alias = *row.alias != '\0';
    names += concat(names.empty() ? "" : ", ", row.name, has_alias ? " (" : "", row.alias,
                    has_alias ? ")" : "");
  }
  fail("losses", "unknown loss '", name, "'; there are ", names, ", and their class names");
}

}  // namespace losses

}  // namespace keratin
