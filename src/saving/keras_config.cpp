#include "saving/keras_config.hpp"

#include <algorithm>
#include <array>

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

// keratin computes in float32 only, and keeps ids in it, too. A policy is "float32" or an object
// with a config that has the name.
void check_dtype(std::string_view where, const Config& dtype) {
  const Config* config = dtype.find("config");
  const Config* named = config ? config->find("name") : &dtype;
  const std::string* name = named ? named->get_if<std::string>() : nullptr;
  const bool of_ids = name && (name->starts_with("int") || name->starts_with("uint"));
  if (dtype.is_null() || (name && *name == "float32") || of_ids) return;
  warn(where, "the dtype ", dtype, " is taken for float32: keratin computes in nothing else");
}

Config without_extras(std::string_view where, const Config::Object& object, bool built_in) {
  Config::Object kept;
  for (const Config::Entry& entry : object) {
    if (entry.key == "name" && entry.value.is_null()) continue;  // Keras chooses one
    if (entry.key == "dtype") {
      check_dtype(where, entry.value);
    } else if (!built_in || !is_unused(entry)) {
      kept.push_back({entry.key, from_keras(where, entry.value)});
    }
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

Shape sample_shape(std::string_view where, const Config& shape) {
  try {
    return layers::BatchShape::from_config(shape).sample;
  } catch (const std::invalid_argument& error) {
    fail(where, "the shape of the model's input: ", error.what());
  }
}

}  // namespace keratin
