#include "keratin/losses.hpp"

namespace keratin {

namespace {

using namespace losses;

constexpr Row<Loss> rows[] = {
    row<MeanSquaredError>("MeanSquaredError", "mean_squared_error", "mse", "MSE"),
    row<MeanAbsoluteError>("MeanAbsoluteError", "mean_absolute_error", "mae", "MAE"),
    row<MeanAbsolutePercentageError>("MeanAbsolutePercentageError",
                                     "mean_absolute_percentage_error", "mape", "MAPE"),
    row<MeanSquaredLogarithmicError>("MeanSquaredLogarithmicError",
                                     "mean_squared_logarithmic_error", "msle", "MSLE"),
    row<CosineSimilarity>("CosineSimilarity", "cosine_similarity"),
    row<Huber>("Huber", "huber"),
    row<LogCosh>("LogCosh", "log_cosh"),
    row<Poisson>("Poisson", "poisson"),
    row<KLDivergence>("KLDivergence", "kl_divergence", "kld", "KLD"),
    row<BinaryCrossentropy>("BinaryCrossentropy", "binary_crossentropy", "bce", "BCE"),
    row<BinaryFocalCrossentropy>("BinaryFocalCrossentropy", "binary_focal_crossentropy"),
    row<CategoricalCrossentropy>("CategoricalCrossentropy", "categorical_crossentropy"),
    row<CategoricalFocalCrossentropy>("CategoricalFocalCrossentropy",
                                      "categorical_focal_crossentropy"),
    row<SparseCategoricalCrossentropy>("SparseCategoricalCrossentropy",
                                       "sparse_categorical_crossentropy"),
    row<Hinge>("Hinge", "hinge"),
    row<SquaredHinge>("SquaredHinge", "squared_hinge"),
    row<CategoricalHinge>("CategoricalHinge", "categorical_hinge"),
    row<Dice>("Dice", "dice"),
    row<Tversky>("Tversky", "tversky"),
};
constexpr ClassTable<Loss> losses_table = {"loss", "keras.losses", rows};

}  // namespace

const ClassTable<Loss>& Loss::table() { return losses_table; }

LossHandle losses::get(const std::string& name) { return name; }

}  // namespace keratin
