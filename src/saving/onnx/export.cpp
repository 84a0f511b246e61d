#include "saving/onnx/export.hpp"

#include "keratin/check.hpp"
#include "keratin/layers.hpp"

namespace keratin::onnx {

namespace {

using namespace layers;

void write_sequential(Writer& writer, const Sequential& model) {
  write_layers(writer, model, concat(model.name, '/'));
}

constexpr ExportRow export_rows[] = {
    identity_row<AlphaDropout>(),
    identity_row<Dropout>(),
    identity_row<GaussianDropout>(),
    identity_row<GaussianNoise>(),
    identity_row<Input>(),
    identity_row<RandomContrast>(),
    identity_row<RandomFlip>(),
    identity_row<RandomRotation>(),
    identity_row<RandomTranslation>(),
    identity_row<RandomZoom>(),
    identity_row<SpatialDropout1D>(),
    identity_row<SpatialDropout2D>(),
    row<Sequential, write_sequential>(),
};

}  // namespace

std::span<const ExportRow> training_exports() { return export_rows; }

const ExportRow* find_export(const std::type_info& type) {
  for (const auto table :
       {activation_exports(), dense_exports(), encoding_exports(), image_exports(),
        normalization_exports(), shape_exports(), training_exports()})
    for (const ExportRow& each : table)
      if (*each.type == type) return &each;
  return nullptr;
}

void write_layers(Writer& writer, const Sequential& model, const std::string& path) {
  for (std::size_t i = 0; i < model.layers().size(); ++i) {
    const Layer& layer = *model.layers()[i];
    const ExportRow* found = find_export(typeid(layer));
    try {
      check(found != nullptr, layer.class_name(),
            "has no ONNX form: only the library's own layers have one");
      writer.begin(layer, path + layer.name);
      found->write(writer, layer);
      writer.end();
    } catch (const std::invalid_argument& error) {
      fail(model.name, "layer ", i, ", ", layer.name, ": ", error.what());
    }
  }
}

std::string exported(const Sequential& model, const saving::OnnxOptions& options) {
  Writer writer(model.input_shape(), options);
  check(model.built(), "onnx", model.name,
        " is not built: give it an Input, call build(), or fit it");
  write_layers(writer, model, "");
  return writer.finish();
}

}  // namespace keratin::onnx
