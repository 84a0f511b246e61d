// saving::load_model and model_from_json, Model::load_weights.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/files.hpp"
#include "keratin/check.hpp"
#include "keratin/saving.hpp"
#include "layers/weight_limit.hpp"
#include "saving/chains.hpp"
#include "saving/json.hpp"
#include "saving/keras_archive.hpp"
#include "saving/keras_config.hpp"
#include "saving/legacy_config.hpp"
#include "saving/legacy_weights.hpp"
#include "saving/safetensors_weights.hpp"
#include "saving/stored_layers.hpp"
#include "saving/weight_files.hpp"

namespace keratin {

namespace {

// No file with the weights of this model is larger: for each weight its optimizer may remember five
// more values, and one with other layers may be somewhat larger.
std::uint64_t most_bytes(const Model& model) {
  constexpr std::uint64_t per_weight = 6 * sizeof(double), per_array = 4096, least = 64 << 20;
  std::uint64_t bytes = 0;
  for (const StoredLayer& layer : stored_layers(model)) {
    bytes += per_array;
    for (const Variable* variable : layer.variables)
      bytes += 6 * per_array + variable->value.size() * per_weight;
  }
  return std::max(4 * bytes, least);
}

const Config& entry(const Config& object, std::string_view key, const char* where) {
  const Config* value = object.find(key);
  check(value != nullptr, where, "the model's description has no '", key, "'");
  return *value;
}

// The shape of a sample for a model without an Input that was built.
std::optional<Shape> shape_built_for(const Config& described, const char* where) {
  const Config* build = described.find("build_config");
  const Config* shape = build ? build->find("input_shape") : nullptr;
  if (!shape || shape->is_null()) return std::nullopt;
  return sample_shape(where, *shape);
}

Sequential model_of(const Config& saved, const char* where) {
  const Config described = as_chain(where, saved);
  warn_of_precisions(where, described);
  const Config& class_name = entry(described, "class_name", where);
  check(class_name == "Sequential", where, "the model is a ", class_name,
        ", keratin has Sequential only");
  const Config config = from_keras(where, described);
  Sequential model = Sequential::from_config(entry(config, "config", where));
  const std::optional<Shape> shape = shape_built_for(described, where);
  if (!model.has_input_shape() && shape && !model.layers().empty()) model.build(*shape);
  return model;
}

// The argument of compile for the model's only output. Keras also takes a list of one, or an object
// with the output's name.
Config for_only_output(const Config& argument) {
  const auto* object = argument.get_if<Config::Object>();
  if (object && object->size() == 1 && !argument.find("class_name"))
    return for_only_output(Config(object->front().value));
  const auto* list = argument.get_if<Config::List>();
  return list && list->size() == 1 ? for_only_output(Config(list->front())) : argument;
}

Config metrics_for_only_output(const Config& argument) {
  if (!argument.get_if<Config::Object>()) return argument;
  const Config metrics = for_only_output(argument);
  return metrics.is_null() || metrics.get_if<Config::List>() ? metrics : Config::List{metrics};
}

// Keras adds one that scales losses where layers compute in float16, which keratin does not.
Config without_loss_scale(const Config& optimizer) {
  const std::string* class_name = text_of(optimizer, "class_name");
  const Config* config = optimizer.find("config");
  const Config* inner = config ? config->find("inner_optimizer") : nullptr;
  return class_name && *class_name == "LossScaleOptimizer" && inner ? *inner : optimizer;
}

Config compile_argument(const Config::Entry& argument) {
  const auto& [name, value] = argument;
  if (name == "optimizer") return without_loss_scale(value);
  if (name == "loss" || name == "loss_weights") return for_only_output(value);
  if (name == "metrics" || name == "weighted_metrics") return metrics_for_only_output(value);
  return value;
}

// Arguments of Keras's compile that change nothing here.
bool is_without_meaning(const Config::Entry& argument) {
  constexpr std::string_view names[] = {"run_eagerly", "steps_per_execution", "jit_compile",
                                        "auto_scale_loss"};
  const Config weight = argument.key == "loss_weights" ? for_only_output(argument.value) : true;
  const bool default_weights = weight.is_null() || weight == Config(1) || weight == Config(1.0);
  return default_weights || std::ranges::find(names, argument.key) != std::end(names);
}

void compile_as_saved(Sequential& model, const Config& described, const char* where) {
  const Config* saved = described.find("compile_config");
  const auto* object = saved ? saved->get_if<Config::Object>() : nullptr;
  if (!object || object->empty()) return;
  Config::Object options;
  for (const Config::Entry& each : *object)
    if (!is_without_meaning(each))
      options.push_back({each.key, from_keras(where, compile_argument(each))});
  try {
    model.compile(read_fields<CompileOptions>("compile", options));
  } catch (const std::invalid_argument& error) {
    fail(where, "cannot compile the model as it was: ", error.what(),
         ". Load it with .compile = false and compile it");
  }
}

// The errors of a description that was read from a file start with the file.
Sequential model_in_file(const std::string& path, const Config& described, bool compile,
                         const char* where) {
  try {
    Sequential model = model_of(described, where);
    if (compile) compile_as_saved(model, described, where);
    return model;
  } catch (const std::invalid_argument& error) {
    fail(where, path, ": ", error.what());
  }
}

void check_finite(const char* where, const std::string& path, const Model& model) {
  for (const StoredLayer& layer : stored_layers(model))
    for (const Variable* variable : layer.variables)
      check<std::runtime_error>(
          std::ranges::all_of(variable->value.values(),
                              [](float value) { return std::isfinite(value); }),
          where, path, ": weight ", layer.name_of(*variable), " is not finite");
}

// Weights in such a file: even if all of it is compressed, they seldom take less than a sixteenth
// of their size.
std::uint64_t most_weights(const std::string& path) {
  constexpr std::uint64_t least = 8 << 20;
  std::error_code ignored;
  const std::uint64_t bytes = std::filesystem::file_size(path, ignored);
  return std::max(least, ignored ? 0 : bytes / sizeof(float) * 16);
}

constexpr std::uint64_t most_legacy_bytes = std::uint64_t{1} << 34;  // more than anyone had

bool is_legacy(const std::string& path) {
  return !path.ends_with(".weights.h5") && (path.ends_with(".h5") || path.ends_with(".hdf5"));
}

Sequential load_legacy_model(const char* where, const std::string& path,
                             const saving::LoadModelOptions& options) {
  const LegacyFile file(where, path, read_file(where, path, most_legacy_bytes));
  check<std::runtime_error>(file.model_config().has_value(), where, path,
                            " has weights only: make the model, and use load_weights");
  const Config model_config = parse_json(where, *file.model_config(), path + ": model_config ");
  Config training_config;
  if (file.training_config())
    training_config = parse_json(where, *file.training_config(), path + ": training_config ");
  const Config described =
      keras_description(model_config, file.training_config() ? &training_config : nullptr);
  const WeightLimit limit(most_weights(path));
  Sequential model = model_in_file(path, described, options.compile, where);
  if (!model.built()) return model;
  read_legacy_weights(where, file, model, /*skip_mismatch=*/false);
  if (options.finite_only) check_finite(where, path, model);
  if (model.compiled()) read_legacy_optimizer(where, file, model);
  return model;
}

}  // namespace

namespace saving {

Sequential load_model(const std::string& path, const LoadModelOptions& options) {
  constexpr const char* where = "load_model";
  const CustomObjectScope scope(options.custom_objects);
  if (is_legacy(path)) return load_legacy_model(where, path, options);
  check(path.ends_with(".keras"), where, "got the path '", path,
        "', wanted one that ends in .keras or .h5");
  const KerasArchive archive(where, path);
  parse_json(where, archive.metadata(), path + ": metadata.json ");
  const Config described = parse_json(where, archive.config(), path + ": config.json ");
  const WeightLimit limit(most_weights(path));
  Sequential model = model_in_file(path, described, options.compile, where);
  if (!model.built()) return model;
  const Hdf5Reader file(where, path, archive.weights(most_bytes(model)));
  read_keras_weights(where, file, model, /*skip_mismatch=*/false);
  if (options.finite_only) check_finite(where, path, model);
  if (model.compiled()) read_keras_optimizer(where, file, model);
  return model;
}

Sequential model_from_json(const std::string& json,
                           const std::vector<CustomObject>& custom_objects) {
  const CustomObjectScope scope(custom_objects);
  return model_of(parse_json("model_from_json", json), "model_from_json");
}

}  // namespace saving

namespace {

void read_weights(const char* where, const std::string& path, Model& model, bool skip_mismatch) {
  if (is_legacy(path)) {
    const LegacyFile file(where, path, read_file(where, path, most_legacy_bytes));
    return read_legacy_weights(where, file, model, skip_mismatch);
  }
  if (path.ends_with(".safetensors")) {
    const SafetensorsReader file(where, path, read_file(where, path, most_bytes(model)));
    read_safetensors_weights(where, file, model, skip_mismatch);
    if (model.compiled()) read_safetensors_optimizer(where, file, model);
    return;
  }
  std::string bytes;
  if (path.ends_with(".keras")) {
    bytes = KerasArchive(where, path).weights(most_bytes(model));
  } else {
    check(path.ends_with(".weights.h5"), where, "got the path '", path,
          "', wanted one that ends in .weights.h5, .safetensors, .keras or .h5");
    bytes = read_file(where, path, most_bytes(model));
  }
  const Hdf5Reader file(where, path, std::move(bytes));
  read_keras_weights(where, file, model, skip_mismatch);
  if (model.compiled()) read_keras_optimizer(where, file, model);
}

}  // namespace

void Model::load_weights(const std::string& path, const LoadWeightsOptions& options) {
  constexpr const char* where = "load_weights";
  check(built(), where, name, " has no weights yet: give it an Input, call build(), or fit it");
  if (!options.finite_only) return read_weights(where, path, *this, options.skip_mismatch);
  const std::vector<Tensor> before = get_weights();
  try {
    read_weights(where, path, *this, options.skip_mismatch);
    check_finite(where, path, *this);
  } catch (...) {
    set_weights(before);
    throw;
  }
}

}  // namespace keratin
