// The table of constraints: one row per class.
#include "keratin/constraints.hpp"

namespace keratin {

namespace constraints {
namespace {

constexpr Row<Constraint> rows[] = {
    row<NonNeg>("NonNeg", "non_neg"),
    row<UnitNorm>("UnitNorm", "unit_norm"),
    row<MaxNorm>("MaxNorm", "max_norm"),
    row<MinMaxNorm>("MinMaxNorm", "min_max_norm"),
};
constexpr ClassTable<Constraint> table{"constraint", "keras.constraints", rows};

}  // namespace
}  // namespace constraints

const ClassTable<Constraint>& Constraint::table() { return constraints::table; }

}  // namespace keratin
