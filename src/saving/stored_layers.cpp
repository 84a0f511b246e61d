#include "saving/stored_layers.hpp"

#include <algorithm>
#include <map>

#include "core/names.hpp"

namespace keratin {

namespace {

std::string joined_path(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + '/' + name;
}

using IsFunctional = std::function<bool(const std::string& folder)>;

void add_layers(const Layer& layer, const std::string& path, const std::string& name,
                const IsFunctional& is_functional, std::vector<StoredLayer>& all) {
  std::vector<Variable*> variables = layer.own_variables();
  std::stable_partition(variables.begin(), variables.end(),
                        [](const Variable* variable) { return variable->trainable; });
  all.push_back({path, name, &layer, std::move(variables)});
  std::map<std::string, int> counts;
  const std::string folder = joined_path(path, "layers");
  const auto stored_class = [&](const Layer& child) {
    const bool functional =
        child.class_name() == "Sequential" && is_functional && is_functional(folder);
    return functional ? "functional" : snake_case(child.class_name());
  };
  for (const auto& child : layer.children()) {
    std::string id = stored_class(*child);
    if (const int earlier = counts[id]++) id += '_' + std::to_string(earlier);
    add_layers(*child, joined_path(folder, id), joined_path(name, child->name), is_functional, all);
  }
}

}  // namespace

std::string StoredLayer::name_of(const Variable& variable) const {
  return joined_path(name, variable.name);
}

bool StoredLayer::is_integer(const Variable& variable) const {
  return variable.name == "count" && layer->class_name() == "Normalization";
}

std::vector<StoredLayer> stored_layers(const Layer& model, const IsFunctional& is_functional) {
  std::vector<StoredLayer> all;
  add_layers(model, "", "", is_functional, all);
  return all;
}

}  // namespace keratin
