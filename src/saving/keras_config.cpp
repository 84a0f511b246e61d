#include "saving/keras_config.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/warnings.hpp"
#include "keratin/check.hpp"
#include "keratin/layers/input.hpp"

namespace keratin {

const std::string* text_of(const Config& object, std::string_view key) {
  const Config* value = object.find(key);
  return value ? value->get_if<std::string>() : nullptr;
}

namespace {

// Options that keratin does not have, with the value that leaves them unused. Where a class does
// have the option, the value is its default.
struct Unused {
  const char* key;
  Config value;
};

const std::array<Unused, 10>& unused_options() {
  static const std::array<Unused, 10> unused = {{
      {"data_format", "channels_last"},
      {"sparse", false},
      {"ragged", false},
      {"optional", false},
      {"mask_zero", false},
      {"synchronized", false},
      {"renorm", false},
      {"renorm_momentum", 0.99},
      {"rms_scaling", false},
      {"autocast", true},
  }};
  return unused;
}

bool is_unused(const Config::Entry& entry) {
  return std::ranges::any_of(unused_options(), [&](const Unused& option) {
    return entry.key == option.key && entry.value == option.value;
  });
}

Config without_extras(std::string_view where, const Config::Object& object, bool built_in) {
  Config::Object kept;
  for (const Config::Entry& entry : object) {
    if (entry.key == "name" && entry.value.is_null()) continue;  // Keras chooses one
    if (entry.key == "dtype" || (built_in && is_unused(entry))) continue;
    kept.push_back({entry.key, from_keras(where, entry.value)});
  }
  return kept;
}

// A class of the program's own is registered by a name. (So are Keras's Functional models.)
bool is_built_in(const Config& described) { return !text_of(described, "registered_name"); }

// What an object of Keras holds: its options, or for some kinds the value that it stands for.
Config options_of(std::string_view where, const Config& described) {
  const Config* config = described.find("config");
  const auto* options = config ? config->get_if<Config::Object>() : nullptr;
  if (!options) return Config::Object{};  // null for a class without options
  return without_extras(where, *options, is_built_in(described));
}

Config entry_of(const Config& described, std::string_view key, std::string_view inner) {
  const Config* outer = described.find(key);
  const Config* value = outer && !inner.empty() ? outer->find(inner) : outer;
  return value ? *value : Config();
}

}  // namespace

Config from_keras(std::string_view where, const Config& config) {
  if (const auto* list = config.get_if<Config::List>()) {
    Config::List items;
    for (const Config& item : *list) items.push_back(from_keras(where, item));
    return items;
  }
  const auto* object = config.get_if<Config::Object>();
  if (!object) return config;
  const std::string* class_name = text_of(config, "class_name");
  if (!class_name) return without_extras(where, *object, /*built_in=*/true);
  if (*class_name == "__tuple__") return from_keras(where, entry_of(config, "items", ""));
  if (*class_name == "__numpy__" || *class_name == "__tensor__")
    return entry_of(config, "config", "value");
  if (*class_name == "function") return entry_of(config, "config", "");
  if (*class_name == "SeedGenerator") return entry_of(config, "config", "seed");
  return Config::Object{{"class_name", *class_name}, {"config", options_of(where, config)}};
}

namespace {

// What a dtype is called: a policy is its name, or an object with a config that has it.
std::string name_of_dtype(const Config& dtype) {
  const Config* config = dtype.find("config");
  const Config* named = config ? config->find("name") : &dtype;
  const std::string* name = named ? named->get_if<std::string>() : nullptr;
  return name ? *name : to_string(dtype);
}

void add_precisions(const Config& config, std::set<std::string>& names) {
  if (const auto* list = config.get_if<Config::List>())
    for (const Config& item : *list) add_precisions(item, names);
  const auto* object = config.get_if<Config::Object>();
  if (!object) return;
  for (const Config::Entry& entry : *object) {
    if (entry.key == "dtype" && !entry.value.is_null())
      names.insert(name_of_dtype(entry.value));
    else
      add_precisions(entry.value, names);
  }
}

}  // namespace

void warn_of_precisions(std::string_view where, const Config& model) {
  std::set<std::string> names;
  add_precisions(model, names);
  for (const std::string& name : names) {
    const bool of_ids = name.starts_with("int") || name.starts_with("uint");
    if (name != "float32" && !of_ids)
      warn(where, "the dtype ", name, " is taken for float32: keratin computes in nothing else");
  }
}

Shape sample_shape(std::string_view where, const Config& shape) {
  try {
    return layers::BatchShape::from_config(shape).sample;
  } catch (const std::invalid_argument& error) {
    fail(where, "the shape of the model's input: ", error.what());
  }
}

}  // namespace keratin
