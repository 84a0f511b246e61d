// The table of layers: one row per class. It stands with the models since they are layers, too.
#include "keratin/layers.hpp"
#include "keratin/sequential.hpp"

namespace keratin {

namespace {

using namespace layers;

constexpr Row<Layer> sequential = [] {
  Row<Layer> made = row<Sequential>("Sequential");
  made.module = "keras";
  made.make = [](std::string_view, const Config& config) -> std::shared_ptr<Layer> {
    return std::make_shared<Sequential>(Sequential::from_config(config));
  };
  return made;
}();

// clang-format off
constexpr Row<Layer> rows[] = {
    row<Activation>("Activation"),
    row<AlphaDropout>("AlphaDropout"),
    row<AveragePooling1D>("AveragePooling1D"),
    row<AveragePooling2D>("AveragePooling2D"),
    row<BatchNormalization>("BatchNormalization"),
    row<CategoryEncoding>("CategoryEncoding"),
    row<Conv1D>("Conv1D"),
    row<Conv2D>("Conv2D"),
    row<Conv2DTranspose>("Conv2DTranspose"),
    row<Cropping1D>("Cropping1D"),
    row<Cropping2D>("Cropping2D"),
    row<Dense>("Dense"),
    row<DepthwiseConv2D>("DepthwiseConv2D"),
    row<Discretization>("Discretization"),
    row<Dropout>("Dropout"),
    row<ELU>("ELU"),
    row<Embedding>("Embedding"),
    row<Flatten>("Flatten"),
    row<GaussianDropout>("GaussianDropout"),
    row<GaussianNoise>("GaussianNoise"),
    row<GlobalAveragePooling1D>("GlobalAveragePooling1D"),
    row<GlobalAveragePooling2D>("GlobalAveragePooling2D"),
    row<GlobalMaxPooling1D>("GlobalMaxPooling1D"),
    row<GlobalMaxPooling2D>("GlobalMaxPooling2D"),
    row<GroupNormalization>("GroupNormalization"),
    row<Input>("InputLayer"),
    row<LayerNormalization>("LayerNormalization"),
    row<LeakyReLU>("LeakyReLU"),
    row<MaxPooling1D>("MaxPooling1D"),
    row<MaxPooling2D>("MaxPooling2D"),
    row<Normalization>("Normalization"),
    row<Permute>("Permute"),
    row<PReLU>("PReLU"),
    row<RandomContrast>("RandomContrast"),
    row<RandomFlip>("RandomFlip"),
    row<RandomRotation>("RandomRotation"),
    row<RandomTranslation>("RandomTranslation"),
    row<RandomZoom>("RandomZoom"),
    row<ReLU>("ReLU"),
    row<RepeatVector>("RepeatVector"),
    row<Rescaling>("Rescaling"),
    row<Reshape>("Reshape"),
    row<RMSNormalization>("RMSNormalization"),
    row<SeparableConv2D>("SeparableConv2D"),
    sequential,
    row<Softmax>("Softmax"),
    row<SpatialDropout1D>("SpatialDropout1D"),
    row<SpatialDropout2D>("SpatialDropout2D"),
    row<UnitNormalization>("UnitNormalization"),
    row<UpSampling1D>("UpSampling1D"),
    row<UpSampling2D>("UpSampling2D"),
    row<ZeroPadding1D>("ZeroPadding1D"),
    row<ZeroPadding2D>("ZeroPadding2D"),
};
// clang-format on

}  // namespace

const ClassTable<Layer>& Layer::table() {
  static constexpr ClassTable<Layer> table{"layer", "keras.layers", rows};
  return table;
}

}  // namespace keratin
