// The table of layers: one row per class. It stands with the models since they are layers, too.
#include "keratin/layers.hpp"
#include "keratin/sequential.hpp"

namespace keratin {

namespace {

using namespace layers;

constexpr Row<Layer> rows[] = {
    row<Activation>("Activation"),
    row<AveragePooling1D>("AveragePooling1D"),
    row<AveragePooling2D>("AveragePooling2D"),
    row<Conv1D>("Conv1D"),
    row<Conv2D>("Conv2D"),
    row<Conv2DTranspose>("Conv2DTranspose"),
    row<Cropping1D>("Cropping1D"),
    row<Cropping2D>("Cropping2D"),
    row<Dense>("Dense"),
    row<DepthwiseConv2D>("DepthwiseConv2D"),
    row<Flatten>("Flatten"),
    row<GlobalAveragePooling1D>("GlobalAveragePooling1D"),
    row<GlobalAveragePooling2D>("GlobalAveragePooling2D"),
    row<GlobalMaxPooling1D>("GlobalMaxPooling1D"),
    row<GlobalMaxPooling2D>("GlobalMaxPooling2D"),
    row<Input>("InputLayer"),
    row<MaxPooling1D>("MaxPooling1D"),
    row<MaxPooling2D>("MaxPooling2D"),
    row<Rescaling>("Rescaling"),
    row<Reshape>("Reshape"),
    row<SeparableConv2D>("SeparableConv2D"),
    row<Sequential>("Sequential"),
    row<UpSampling1D>("UpSampling1D"),
    row<UpSampling2D>("UpSampling2D"),
    row<ZeroPadding1D>("ZeroPadding1D"),
    row<ZeroPadding2D>("ZeroPadding2D"),
};

}  // namespace

const ClassTable<Layer>& Layer::table() {
  static constexpr ClassTable<Layer> table{"layer", rows};
  return table;
}

}  // namespace keratin
