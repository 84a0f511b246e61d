#include "keratin/regularizers.hpp"

namespace keratin {

namespace regularizers {
namespace {

constexpr Row<Regularizer> rows[] = {
    row<L1>("L1", "l1"),
    row<L2>("L2", "l2"),
    row<L1L2>("L1L2", "l1_l2", "l1l2"),
    row<OrthogonalRegularizer>("OrthogonalRegularizer", "orthogonal_regularizer"),
};
constexpr ClassTable<Regularizer> table{"regularizer", "keras.regularizers", rows};

}  // namespace
}  // namespace regularizers

const ClassTable<Regularizer>& Regularizer::table() { return regularizers::table; }

}  // namespace keratin
