#include "keratin/initializers.hpp"

namespace keratin {

namespace initializers {
namespace {

constexpr Row<Initializer> rows[] = {
    row<Zeros>("Zeros", "zeros", "zero"),
    row<Ones>("Ones", "ones", "one"),
    row<Constant>("Constant", "constant"),
    row<RandomNormal>("RandomNormal", "random_normal", "normal"),
    row<RandomUniform>("RandomUniform", "random_uniform", "uniform"),
    row<TruncatedNormal>("TruncatedNormal", "truncated_normal"),
    row<VarianceScaling>("VarianceScaling", "variance_scaling"),
    row<GlorotUniform>("GlorotUniform", "glorot_uniform"),
    row<GlorotNormal>("GlorotNormal", "glorot_normal"),
    row<HeUniform>("HeUniform", "he_uniform"),
    row<HeNormal>("HeNormal", "he_normal"),
    row<LecunUniform>("LecunUniform", "lecun_uniform"),
    row<LecunNormal>("LecunNormal", "lecun_normal"),
    row<Orthogonal>("Orthogonal", "orthogonal", "OrthogonalInitializer"),
    row<Identity>("Identity", "identity", "IdentityInitializer"),
};
constexpr ClassTable<Initializer> table{"initializer", "keras.initializers", rows};

}  // namespace
}  // namespace initializers

const ClassTable<Initializer>& Initializer::table() { return initializers::table; }

}  // namespace keratin
