// Model::save, save_weights and to_json.
#include "core/files.hpp"
#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/sequential.hpp"
#include "saving/json.hpp"
#include "saving/keras_archive.hpp"
#include "saving/model_file.hpp"
#include "saving/safetensors_weights.hpp"

namespace keratin {

namespace {

// Keras writes how a model was compiled, and reads these, too.
Config described_compile(const Model& model) {
  if (!model.compiled()) return Config::Object{};
  try {
    Config config = write_fields(model.compile_options());
    config.set("loss_weights", {});
    config.set("run_eagerly", false);
    config.set("steps_per_execution", 1);
    config.set("jit_compile", false);
    return config;
  } catch (const std::invalid_argument& error) {
    warn("save",
         "leaves out how the model was compiled, so that it has to be compiled again "
         "after loading: ",
         error.what());
    return {};
  }
}

// A description of built-in layers as files have it: their type of numbers is written, too, since a
// Python program may have set another one.
Config with_dtype(const Config& value) {
  if (const auto* list = value.get_if<Config::List>()) {
    Config::List items;
    for (const Config& item : *list) items.push_back(with_dtype(item));
    return items;
  }
  const auto* object = value.get_if<Config::Object>();
  if (!object) return value;
  Config::Object written;
  for (const Config::Entry& entry : *object)
    written.push_back({entry.key, entry.key == "config" || entry.key == "layers"
                                      ? with_dtype(entry.value)
                                      : entry.value});
  const Config described(std::move(written));
  const Config* module = described.find("module");
  const bool layer = module && (*module == "keras.layers" || *module == "keras");
  if (!layer) return described;
  Config with = described;
  Config options = *with.find("config");
  options.set("dtype", "float32");
  with.set("config", std::move(options));
  return with;
}

Config described_model(const Model& model) {
  Config described = with_dtype(describe<Layer>(model));
  const Config* shape = described.find("config")->find("build_input_shape");
  if (shape) described.set("build_config", Config::Object{{"input_shape", *shape}});
  described.set("compile_config", described_compile(model));
  return described;
}

}  // namespace

std::string Model::to_json() const { return write_json(described_model(*this)); }

void ModelFile::prepare(const Model& model, const char* where, const std::string& path) {
  check(model.built(), where, model.name,
        " has no weights yet: give it an Input, call build(), or fit it");
  where_ = where;
  path_ = path;
  config_.clear();
  safetensors_.clear();
}

void ModelFile::take(const Model& model, const std::string& path) {
  constexpr const char* where = "save";
  check(path.ends_with(".keras"), where, "got the path '", path,
        "', wanted one that ends in .keras; save_weights() writes other formats");
  prepare(model, where, path);
  config_ = model.to_json();
  weights_.take(where, model);
}

void ModelFile::take_weights(const Model& model, const std::string& path) {
  constexpr const char* where = "save_weights";
  const bool keras = path.ends_with(".weights.h5");
  check(keras || path.ends_with(".safetensors"), where, "got the path '", path,
        "', wanted one that ends in .weights.h5 or .safetensors");
  prepare(model, where, path);
  if (keras)
    weights_.take(where, model);
  else
    safetensors_ = write_safetensors_weights(where, model);
}

void ModelFile::write() const {
  if (!config_.empty())
    write_keras_archive(where_, path_, config_, weights_.bytes());
  else
    write_file(where_, path_, safetensors_.empty() ? weights_.bytes() : safetensors_);
}

void Model::save(const std::string& path) const {
  ModelFile file;
  file.take(*this, path);
  file.write();
}

void Model::save_weights(const std::string& path) const {
  ModelFile file;
  file.take_weights(*this, path);
  file.write();
}

}  // namespace keratin
