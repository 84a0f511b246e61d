#include "saving/safetensors_weights.hpp"

#include <list>
#include <map>
#include <set>

#include "keratin/check.hpp"
#include "saving/matching_weights.hpp"
#include "saving/optimizer_state.hpp"
#include "saving/stored_layers.hpp"

namespace keratin {

namespace {

constexpr const char* optimizer_folder = "optimizer/";
constexpr const char* iteration_name = "optimizer/iteration";
constexpr const char* learning_rate_name = "optimizer/learning_rate";

struct NamedVariable {
  std::string name;
  Variable* variable;
  bool is_integer;
};

// A layer that stands at two places has its first name.
std::vector<NamedVariable> named_variables(const Model& model) {
  std::vector<NamedVariable> all;
  std::set<const Variable*> seen;
  for (const StoredLayer& layer : stored_layers(model))
    for (Variable* variable : layer.variables)
      if (seen.insert(variable).second)
        all.push_back({layer.name_of(*variable), variable, layer.is_integer(*variable)});
  return all;
}

// The slots of the model's optimizer by their names in files.
std::vector<std::pair<std::string, SlotPlace>> named_slots(const Model& model) {
  std::map<const Variable*, std::string> names;
  for (const NamedVariable& each : named_variables(model)) names[each.variable] = each.name;
  std::vector<std::pair<std::string, SlotPlace>> slots;
  for (SlotPlace& place : slot_places(model.optimizer(), model.trainable_variables())) {
    std::string name = concat(optimizer_folder, names[place.variable], '/', place.slot);
    slots.emplace_back(std::move(name), std::move(place));
  }
  return slots;
}

}  // namespace

std::string write_safetensors_weights(std::string_view where, const Model& model) {
  NamedArrays arrays;
  std::list<std::int64_t> integers;
  const auto add_integer = [&](const std::string& name, std::int64_t value) {
    arrays.emplace_back(name, ArrayView({}, &integers.emplace_back(value)));
  };
  SafetensorsTexts texts = {{"model", model.name}};
  for (const NamedVariable& each : named_variables(model)) {
    const Tensor& value = each.variable->value;
    if (each.is_integer)
      add_integer(each.name, static_cast<std::int64_t>(value.item()));
    else
      arrays.emplace_back(each.name, value);
  }
  if (model.compiled()) {
    const Optimizer& optimizer = model.optimizer();
    texts["optimizer"] = optimizer.name();
    add_integer(iteration_name, optimizer.calls());
    if (!optimizer.has_schedule())
      arrays.emplace_back(learning_rate_name,
                          Tensor(static_cast<float>(optimizer.learning_rate())));
    for (const auto& [name, place] : named_slots(model))
      arrays.emplace_back(name, optimizer.slot(*place.variable, place.slot));
  }
  return build_safetensors(where, arrays, texts);
}

void read_safetensors_weights(std::string_view where, const SafetensorsReader& file, Model& model,
                              bool skip_mismatch) {
  std::vector<WantedWeight> wanted;
  std::set<std::string> names, layers;
  for (const NamedVariable& each : named_variables(model)) {
    wanted.push_back({each.variable, each.name, each.name});
    names.insert(each.name);
    layers.insert(each.name.substr(0, each.name.rfind('/')));
  }
  // A layer of the file with a bias has another meaning without it.
  std::vector<std::string> mismatches;
  for (const SafetensorsReader::Entry& entry : file.entries())
    if (!names.contains(entry.name) && layers.contains(entry.name.substr(0, entry.name.rfind('/'))))
      mismatches.push_back(concat(entry.name, " is in the file, but not in the model"));
  read_matching_weights(where, file, wanted, std::move(mismatches), skip_mismatch);
}

void read_safetensors_optimizer(std::string_view where, const SafetensorsReader& file,
                                Model& model) {
  if (!file.find(iteration_name)) return;
  Optimizer& optimizer = model.optimizer();
  const bool has_rate = !optimizer.has_schedule();
  const auto slots = named_slots(model);
  std::size_t stored = 0;
  for (const SafetensorsReader::Entry& entry : file.entries())
    stored += entry.name.starts_with(optimizer_folder);
  bool fits = stored == slots.size() + 1 + has_rate;
  for (const auto& [name, place] : slots) {
    const auto* entry = file.find(name);
    fits = fits && entry && entry->shape == place.shape;
  }
  if (!fits)
    return warn(where, "the state of the optimizer stays as it is: the file's is not that of ",
                optimizer.name(), " with the weights of this model");
  const std::int64_t calls = file.read_integer(iteration_name);
  std::vector<Tensor> values;  // read completely before anything changes
  for (const auto& [name, place] : slots) values.push_back(file.read(name, place.shape));
  if (has_rate) set_stored_learning_rate(optimizer, file.read(learning_rate_name, {}).item());
  optimizer.set_calls(calls);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const SlotPlace& place = slots[i].second;
    optimizer.set_slot(*place.variable, place.slot, std::move(values[i]));
  }
}

}  // namespace keratin
