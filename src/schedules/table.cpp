// The table of learning-rate schedules: one row per class.
#include "keratin/schedules.hpp"

namespace keratin {

namespace optimizers::schedules {
namespace {

constexpr Row<LearningRateSchedule> rows[] = {
    row<ExponentialDecay>("ExponentialDecay"),
    row<PiecewiseConstantDecay>("PiecewiseConstantDecay"),
    row<PolynomialDecay>("PolynomialDecay"),
    row<InverseTimeDecay>("InverseTimeDecay"),
    row<CosineDecay>("CosineDecay"),
    row<CosineDecayRestarts>("CosineDecayRestarts"),
};
constexpr ClassTable<LearningRateSchedule> table{"learning rate schedule",
                                                 "keras.optimizers.schedules", rows};

}  // namespace
}  // namespace optimizers::schedules

const ClassTable<LearningRateSchedule>& LearningRateSchedule::table() {
  return optimizers::schedules::table;
}

}  // namespace keratin
