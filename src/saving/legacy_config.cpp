#include "saving/legacy_config.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "saving/keras_config.hpp"

namespace keratin {

namespace {

using Object = Config::Object;

Object without(const Object& object, std::string_view key) {
  Object rest;
  std::ranges::copy_if(object, std::back_inserter(rest),
                       [&](const Config::Entry& entry) { return entry.key != key; });
  return rest;
}

void rename(Object& object, std::string_view from, std::string_view to) {
  for (Config::Entry& entry : object)
    if (entry.key == from) entry.key = to;
}

// Options that TF-Keras 2 writes of many layers, with the value that leaves them unused. Where a
// class does have the option, the value is its default.
bool is_unused_by_legacy(const Config::Entry& entry) {
  static const Object unused = {{"activity_regularizer", {}},
                                {"noise_shape", {}},
                                {"input_length", {}},
                                {"groups", 1},
                                {"trainable", true}};
  return std::ranges::find(unused, entry) != unused.end();
}

// What SeparableConv inherits and does not use: it has depthwise_ and pointwise_ options instead.
bool is_inherited(const Config::Entry& entry) {
  return entry.key.starts_with("kernel_") && entry.key != "kernel_size";
}

// BatchNormalization's axis is a list of one, [3].
void take_out_of_list(Config& axis) {
  const auto* list = axis.get_if<Config::List>();
  if (list && list->size() == 1) axis = Config(list->front());
}

Object layer_config(std::string_view class_name, const Object& config) {
  const bool separable = class_name.starts_with("SeparableConv");
  Object kept;
  for (const Config::Entry& entry : config) {
    if (is_unused_by_legacy(entry) || (separable && is_inherited(entry))) continue;
    if (entry.key == "batch_input_shape" && class_name != "InputLayer") continue;
    kept.push_back(entry);
    if (entry.key == "axis" && class_name == "BatchNormalization")
      take_out_of_list(kept.back().value);
  }
  rename(kept, "batch_input_shape", "batch_shape");
  if (class_name == "LeakyReLU") rename(kept, "alpha", "negative_slope");
  return kept;
}

// An object of the model, with those in it.
Config layer(const Config& described) {
  if (const auto* list = described.get_if<Config::List>()) {
    Config::List items;
    for (const Config& item : *list) items.push_back(layer(item));
    return items;
  }
  const auto* object = described.get_if<Object>();
  if (!object) return described;
  Object result;
  for (const Config::Entry& entry : *object) result.push_back({entry.key, layer(entry.value)});
  const std::string* class_name = text_of(described, "class_name");
  if (class_name)
    for (Config::Entry& entry : result)
      if (const auto* config = entry.value.get_if<Object>(); config && entry.key == "config")
        entry.value = layer_config(*class_name, Object(*config));
  return result;
}

// A loss or metric. Reduction "auto" is each loss's default, and a function of Keras goes by its
// name.
Config function(const Config& described) {
  const std::string* class_name = text_of(described, "class_name");
  const Config* config = described.find("config");
  const auto* options = config ? config->get_if<Object>() : nullptr;
  if (!class_name || !options) return described;
  Object kept;
  for (const Config::Entry& entry : *options)
    if (entry != Config::Entry{"reduction", "auto"} && entry.key != "fn") kept.push_back(entry);
  const std::string* wrapped = text_of(*config, "fn");
  return Object{{"class_name", wrapped ? *wrapped : *class_name}, {"config", kept}};
}

// TF-Keras 2 writes a list of metrics for each of the model's outputs.
Config metrics(const Config& described) {
  const auto* list = described.get_if<Config::List>();
  if (!list) return described;
  if (list->size() == 1 && list->front().get_if<Config::List>()) return metrics(list->front());
  Config::List result;
  for (const Config& metric : *list) result.push_back(function(metric));
  return result;
}

// The rate that TF-Keras 2's argument `decay` stands for.
Config decayed(const Config& learning_rate, const Config& decay) {
  return Object{{"class_name", "InverseTimeDecay"},
                {"config", Object{{"initial_learning_rate", learning_rate},
                                  {"decay_steps", 1},
                                  {"decay_rate", decay}}}};
}

Config optimizer(const Config& described) {
  const std::string* class_name = text_of(described, "class_name");
  const Config* config = described.find("config");
  const auto* options = config ? config->get_if<Object>() : nullptr;
  if (!class_name || !options) return described;
  const Config* decay = config->find("decay");
  if (!decay) return described;  // Keras 3's
  // The name is the class's. Nadam's decay is a constant of its own, which is Keras 3's as well.
  Object kept = without(without(*options, "decay"), "name");
  const bool decays = *decay != Config(0.0) && *decay != Config(0) && *class_name != "Nadam";
  for (Config::Entry& entry : kept)
    if (decays && entry.key == "learning_rate") entry.value = decayed(Config(entry.value), *decay);
  return Object{{"class_name", *class_name}, {"config", kept}};
}

Config compile_config(const Object& training) {
  Object result;
  for (const Config::Entry& entry : training) {
    if (entry.key == "optimizer_config")
      result.push_back({"optimizer", optimizer(entry.value)});
    else if (entry.key == "loss")
      result.push_back({"loss", function(entry.value)});
    else if (entry.key == "metrics" || entry.key == "weighted_metrics")
      result.push_back({entry.key, metrics(entry.value)});
    else
      result.push_back(entry);
  }
  return result;
}

}  // namespace

Config keras_description(const Config& model_config, const Config* training_config) {
  Config description = layer(model_config);
  const auto* training = training_config ? training_config->get_if<Object>() : nullptr;
  if (training && description.get_if<Object>())
    description.set("compile_config", compile_config(*training));
  return description;
}

}  // namespace keratin
