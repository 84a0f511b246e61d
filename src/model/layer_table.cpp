// The table of layers: one row per class. It stands with the models since they are layers, too.
#include "keratin/layers.hpp"
#include "keratin/sequential.hpp"

namespace keratin {

namespace {

using namespace layers;

constexpr Row<Layer> rows[] = {
    row<Activation>("Activation"), row<Dense>("Dense"),         row<Flatten>("Flatten"),
    row<Input>("InputLayer"),      row<Rescaling>("Rescaling"), row<Reshape>("Reshape"),
    row<Sequential>("Sequential"),
};

}  // namespace

const ClassTable<Layer>& Layer::table() {
  static constexpr ClassTable<Layer> table{"layer", rows};
  return table;
}

}  // namespace keratin
